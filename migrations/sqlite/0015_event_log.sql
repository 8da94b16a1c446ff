-- The log holds what happened to people beside what happened in rooms. Owned by the worker that relays.
DROP INDEX event_log_age;
ALTER TABLE event_log RENAME COLUMN room_id TO subject_id;
ALTER TABLE event_log ADD COLUMN topic TEXT NOT NULL DEFAULT 'room';
CREATE INDEX event_log_age ON event_log (at_ms);
CREATE INDEX event_log_of_subject ON event_log (subject_id);
CREATE INDEX user_outbox_of_user ON user_outbox (user_id);
