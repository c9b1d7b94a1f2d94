-- The new reasons as the old release knows them. Nobody becomes absent again.
UPDATE written_responses SET reason = 'not_reached' WHERE reason IN ('not_called', 'time_ran_out', 'not_recorded');
