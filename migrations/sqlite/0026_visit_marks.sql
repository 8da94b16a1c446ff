-- Nobody learns from the history of a room when somebody came whom it does not show.

-- Where a visit is among those of its day whose visitors are not shown: by chance, so that it tells nothing.
ALTER TABLE visit ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
UPDATE visit SET mark = random();

-- Histories are read by day now, which is what visit_once begins with.
DROP INDEX visit_of_room;

-- Chance counts the public rooms, and begins anywhere among them.
CREATE INDEX room_by_chance ON room (visibility, state, id);
