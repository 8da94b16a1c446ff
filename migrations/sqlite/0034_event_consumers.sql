-- How far each consumer of the event log has come. Owned by the consumer.
CREATE TABLE event_consumer (
    name  TEXT PRIMARY KEY,
    place INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO event_consumer (name, place) SELECT 'discovery', place FROM discovery_state;
ALTER TABLE discovery_state DROP COLUMN place;

-- What a consumer could not act on, and what waits behind it. The event itself stays in the log, and goes with it.
CREATE TABLE event_aside (
    consumer   TEXT NOT NULL REFERENCES event_consumer (name) ON DELETE CASCADE,
    place      INTEGER NOT NULL REFERENCES event_log (place) ON DELETE CASCADE,
    topic      TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    attempts   INTEGER NOT NULL,
    -- When it comes again; none for a dead letter.
    retry_ms   INTEGER,
    -- Whether what follows of its subject waits behind it.
    parks      INTEGER NOT NULL CHECK (parks IN (0, 1)),
    why        TEXT NOT NULL,
    since_ms   INTEGER NOT NULL,
    PRIMARY KEY (consumer, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_aside_of_subject ON event_aside (consumer, topic, subject_id, place) WHERE parks = 1;
CREATE INDEX event_aside_by_place ON event_aside (place);
