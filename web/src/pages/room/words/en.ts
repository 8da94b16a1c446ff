/** English texts of a live room. Its shape is the type: Korean must have the same entries. */

const seconds = (count: number): string => (count === 1 ? '1 second' : `${count} seconds`);

export const en = {
  status: {
    label: 'What others see of you',
    available: 'Free to talk',
    busy: 'Busy',
    isBusy: 'busy',
    idle: 'idle',
    muted: 'muted',
  },
  door: {
    locked: 'Locked',
    followers: 'Followers',
    private: 'Private',
  },
  changed: {
    name: (name: string) => `The room is now called “${name}”.`,
    locked: 'The owner has locked the door.',
    unlocked: 'The door is unlocked.',
    public: 'The room is open to everyone now.',
    followers: 'The room is open to followers only now.',
    private: 'The room is private now.',
    guestsIn: 'Guests may come in now.',
    guestsOut: 'Guests may no longer come in.',
    peopleMax: (count: number) => `The room takes ${count} visitors at a time now.`,
    editor: 'You may decorate this room now.',
    visitor: 'You are a visitor again.',
  },
  typing: {
    one: (name: string) => `${name} is writing…`,
    two: (first: string, second: string) => `${first} and ${second} are writing…`,
    many: (count: number) => `${count} people are writing…`,
  },
  limits: {
    chat: (count: number) => `Slowly, you can talk again in ${seconds(count)}. What you wrote goes out then.`,
    edits: (count: number) => `Those were many changes at once. They go on being saved in ${seconds(count)}.`,
    busy: (count: number) => `The server is busy saving. It goes on in ${seconds(count)}.`,
  },
  muted: 'The owner has asked you to be quiet for now. You can still walk and listen.',
  masked: 'Some words were covered, as they may not be said here.',
  blocked: {
    lockedTitle: 'The door is locked',
    locked: 'The owner has shut the door. You will be let in when it opens.',
    kickedTitle: 'You were sent out',
    kicked: 'The owner has sent you out of the room. You may come in again.',
    bannedTitle: 'You cannot come in here',
    banned: 'The owner of this room has decided that you stay out.',
    crowdedTitle: 'You are in too many windows',
    crowded: 'Close one of the others, and you will be let in here.',
    comeIn: 'Come in again',
    knock: 'Try now',
  },
  manage: {
    room: 'Run the room',
    history: 'What was changed',
    person: (name: string) => `More about ${name}`,
  },
};
