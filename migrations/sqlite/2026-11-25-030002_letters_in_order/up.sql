-- Lists of letters in their order, and the one that has waited longest.
CREATE INDEX letters_state ON letters (state, id);
CREATE INDEX letters_waiting_since ON letters (state, waiting_since, id);
