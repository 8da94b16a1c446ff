/** Which room a random visit leads to. */
import type { RoomCard } from '../../app/api';

/** Any room but one's own, each equally likely; `random` gives 0 up to 1. */
export function pickRandomRoom(rooms: readonly RoomCard[], ownerId: string | null, random: () => number): RoomCard | null {
  const others = rooms.filter((room) => room.owner.id !== ownerId);
  return others[Math.floor(random() * others.length)] ?? null;
}
