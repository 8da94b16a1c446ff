/** Everyone in the room as they are to be drawn now: one's own avatar at once, others a little late. */
import { viewOf, type Facing, type Pose, type WalkFrame } from '../avatar/pose';
import type { Point } from '../iso/projection';
import { findPath, type WalkGrid } from './pathfinding';
import { Playback } from './playback';
import { nearestSeat, seatAt, type SeatSpot } from './seating';
import { spread } from './spacing';
import type { PersonNote, ScenePerson } from './types';
import { Walker } from './walker';

/** Steps of the walk a second. */
const STEPS_PER_SECOND = 7.5;
const BLINK_EVERY_MS = 4200;
const BLINK_MS = 130;
/** How fast people step aside for one another, as an exponential rate a second. */
const ASIDE_RATE = 9;

/** A person at one moment. */
export interface Presence {
  readonly id: string;
  readonly name: string;
  readonly look: readonly number[];
  readonly away: boolean;
  readonly note?: PersonNote | undefined;
  readonly self: boolean;
  /** Where they are drawn: tiles, and z-units for seats. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly moving: boolean;
  readonly seat: SeatSpot | undefined;
  readonly pose: Pose;
}

interface Member {
  person: ScenePerson;
  readonly playback: Playback;
  walkedSince: number | undefined;
  /** How far from their own place they are drawn to make room, in tiles. */
  aside: Point;
}

/** What the crowd stands in. */
export interface Ground {
  readonly grid: WalkGrid;
  readonly seats: readonly SeatSpot[];
}

export class Crowd {
  private readonly members = new Map<string, Member>();
  private selfId: string | null = null;
  private walker: Walker | undefined;

  constructor(private readonly reducedMotion: boolean) {}

  get size(): number {
    return this.members.size;
  }

  get self(): Walker | undefined {
    return this.walker;
  }

  setPeople(people: readonly ScenePerson[], now: number): void {
    const present = new Set(people.map(({ id }) => id));
    for (const id of this.members.keys()) if (!present.has(id)) this.members.delete(id);
    for (const person of people) {
      const member = this.members.get(person.id);
      if (member) {
        member.person = person;
        member.playback.push(person, now);
      } else {
        this.members.set(person.id, { person, playback: new Playback(person, now), walkedSince: undefined, aside: { x: 0, y: 0 } });
      }
    }
    const me = this.selfId === null ? undefined : this.members.get(this.selfId);
    if (!me) this.walker = undefined;
    else if (this.walker) this.walker.confirm(me.person);
    else this.walker = new Walker(me.person, now);
  }

  setSelf(id: string | null, now: number): void {
    if (id === this.selfId) return;
    this.selfId = id;
    const me = id === null ? undefined : this.members.get(id);
    this.walker = me && new Walker(me.person, now);
  }

  /** Sends one's own avatar to a point, or onto the seat there; whether there is a way. */
  walkTo(goal: Point, ground: Ground): boolean {
    const { walker } = this;
    if (!walker) return false;
    const seat = nearestSeat(ground.seats, goal, 0.6);
    if (seat && !ground.grid.fits(goal) && this.isSeatFree(seat)) return this.sitDown(walker, seat, ground);
    const path = findPath(ground.grid, walker.motion, goal);
    walker.walk(path);
    return path.length > 0;
  }

  /** Steps on from where one is heading, for arrow keys. */
  nudge(dx: number, dy: number, ground: Ground): boolean {
    if (!this.walker) return false;
    const { x, y } = this.walker.motion;
    const inside = (value: number): number => Math.min(9.75, Math.max(0.25, value));
    return this.walkTo({ x: inside(x + dx), y: inside(y + dy) }, ground);
  }

  /** Everyone as of `now`; moves one's own avatar on by `seconds`. */
  step(now: number, seconds: number, ground: Ground): Presence[] {
    this.walker?.step(seconds, now);
    const motions = [...this.members.values()].map((member) => {
      const self = member.person.id === this.selfId && this.walker !== undefined;
      const motion = self && this.walker ? this.walker.motion : member.playback.at(now);
      if (!motion.moving) member.walkedSince = undefined;
      else member.walkedSince ??= now;
      const seat = motion.moving ? undefined : seatAt(ground.seats, motion);
      return { member, self, motion, seat };
    });
    const drawn = spread(
      motions.map(({ member, self, motion, seat }) => ({ id: member.person.id, x: motion.x, y: motion.y, fixed: self || motion.moving || seat !== undefined })),
      (point) => ground.grid.fits(point),
    );
    return motions.map(({ member, self, motion, seat }) => {
      const at = seat ?? { ...stepAside(member, motion, drawn.get(member.person.id) as Point, seconds), z: 0 };
      const { id, name, look, away, note } = member.person;
      return {
        id,
        name,
        look,
        away: away ?? false,
        note,
        self,
        x: at.x,
        y: at.y,
        z: at.z,
        moving: motion.moving,
        seat,
        pose: this.poseOf(member, seat?.facing ?? motion.facing, seat !== undefined, now),
      };
    });
  }

  private sitDown(walker: Walker, seat: SeatSpot, ground: Ground): boolean {
    const path = findPath(ground.grid, walker.motion, seat);
    walker.walk([...path, { x: seat.x, y: seat.y }], seat.facing);
    return true;
  }

  private isSeatFree(seat: SeatSpot): boolean {
    return ![...this.members.values()].some(({ person }) => person.id !== this.selfId && Math.hypot(person.x - seat.x, person.y - seat.y) < 0.3);
  }

  private poseOf(member: Member, facing: Facing, sit: boolean, now: number): Pose {
    const walked = member.walkedSince;
    const frame = walked === undefined || this.reducedMotion ? 0 : ((Math.floor(((now - walked) / 1000) * STEPS_PER_SECOND) % 4) as WalkFrame);
    const blink = walked === undefined && !this.reducedMotion && (now + phaseOf(member.person.id)) % BLINK_EVERY_MS < BLINK_MS;
    return { ...viewOf(facing), frame, sit, blink: blink && facing < 2 };
  }
}

/** Where a person is drawn on the way to where the others leave room for them. */
function stepAside(member: Member, at: Point, room: Point, seconds: number): Point {
  const share = 1 - Math.exp(-ASIDE_RATE * seconds);
  const ease = (from: number, to: number): number => (Math.abs(to - from) < 0.004 ? to : from + (to - from) * share);
  member.aside = { x: ease(member.aside.x, room.x - at.x), y: ease(member.aside.y, room.y - at.y) };
  return { x: at.x + member.aside.x, y: at.y + member.aside.y };
}

/** Spreads people's blinks over time. */
function phaseOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i++) hash = (hash * 31 + id.charCodeAt(i) * 1597) % BLINK_EVERY_MS;
  return hash;
}
