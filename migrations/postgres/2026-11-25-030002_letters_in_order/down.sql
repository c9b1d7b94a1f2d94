DROP INDEX letters_waiting_since;
DROP INDEX letters_state;
