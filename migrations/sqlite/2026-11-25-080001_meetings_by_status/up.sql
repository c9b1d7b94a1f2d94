-- Meetings that nobody has closed are counted at each scrape of the metrics, however many were held.
CREATE INDEX meetings_status_date ON meetings (status, meeting_date);
