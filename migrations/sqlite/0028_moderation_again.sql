-- Once a person and case rather than once for ever: whoever was reported and goes on is reported again.
DROP INDEX report_once;
CREATE UNIQUE INDEX report_once ON report (reporter_id, case_id);
CREATE INDEX report_of_thing ON report (reporter_id, kind, subject, created_ms);

-- What else was decided about a thing decides what becomes of it when one decision is taken back.
CREATE INDEX ruling_of_thing ON ruling (kind, subject, place);
