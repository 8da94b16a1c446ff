-- Whose rooms are to be emptied is asked for again and again: those who were suspended lately.
CREATE INDEX suspension_by_time ON suspension (created_ms);
