-- Whether a line of chat is a guest's, and where that one came from, as in the bans of `room.access_lists`: its author
-- may be kept out when nothing else is left of them. Null for users, and for lines from before this was kept. Owned by
-- the room service.
ALTER TABLE room_chat ADD COLUMN guest TEXT CHECK (guest IS NULL OR json_valid(guest));
