-- Which rooms somebody furnishes with their owners: what the rooms' lists say, by editor. Follows each change of a list.
CREATE TABLE room_editor (
    -- As the list writes it, which is text.
    editor TEXT NOT NULL,
    room_id BLOB NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    PRIMARY KEY (editor, room_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX room_editor_of_room ON room_editor (room_id);

INSERT INTO room_editor (editor, room_id)
    SELECT entry.key, room.id FROM room, json_each(room.access_lists, '$.editors') AS entry;

CREATE TRIGGER room_editor_made AFTER INSERT ON room BEGIN
    INSERT INTO room_editor (editor, room_id)
        SELECT entry.key, new.id FROM json_each(new.access_lists, '$.editors') AS entry;
END;

CREATE TRIGGER room_editor_changed AFTER UPDATE OF access_lists ON room
WHEN old.access_lists IS NOT new.access_lists BEGIN
    DELETE FROM room_editor WHERE room_id = new.id;
    INSERT INTO room_editor (editor, room_id)
        SELECT entry.key, new.id FROM json_each(new.access_lists, '$.editors') AS entry;
END;
