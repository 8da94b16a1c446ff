/** Keeps people who stand on one another apart on the screen; where they say they are does not change. */
import type { Point } from '../iso/projection';

/**
 * Half the space a person takes on the screen, in tiles: across (x - y) a head's width apart is enough,
 * into the depth (x + y) faces stay free when one stands a good step behind.
 */
export const SPACE_ACROSS = 1.1;
export const SPACE_DEEP = 1.5;
const ROUNDS = 5;

export interface Standing extends Point {
  readonly id: string;
  /** Walking, seated and one's own avatar stay where they are. */
  readonly fixed: boolean;
}

/** Where each is drawn, in tiles. `fits` tells whether one may stand at a point. */
export function spread(people: readonly Standing[], fits: (point: Point) => boolean): Map<string, Point> {
  const drawn = new Map<string, Point>(people.map(({ id, x, y }) => [id, { x, y }]));
  for (let round = 0; round < ROUNDS; round++) {
    let moved = false;
    for (const [index, person] of people.entries()) {
      if (person.fixed) continue;
      const at = drawn.get(person.id) as Point;
      const push = pushAcross(people, drawn, index, at);
      if (Math.abs(push) < 0.01) continue;
      const next = { x: at.x + push / 2, y: at.y - push / 2 };
      if (!fits(next)) continue;
      drawn.set(person.id, next);
      moved = true;
    }
    if (!moved) break;
  }
  return drawn;
}

/** How far across the screen, in tiles, the others push someone. */
function pushAcross(people: readonly Standing[], drawn: ReadonlyMap<string, Point>, index: number, at: Point): number {
  let push = 0;
  for (const [otherIndex, other] of people.entries()) {
    if (otherIndex === index) continue;
    const there = drawn.get(other.id) as Point;
    const across = at.x - at.y - there.x + there.y;
    const deep = at.x + at.y - there.x - there.y;
    if (Math.abs(deep) >= SPACE_DEEP) continue;
    const lacking = SPACE_ACROSS * Math.sqrt(1 - (deep / SPACE_DEEP) ** 2) - Math.abs(across);
    if (lacking <= 0.01) continue;
    // on exactly one line of sight the later one in the list goes right, so that all clients agree
    const side = Math.abs(across) > 0.01 ? Math.sign(across) : Math.sign(index - otherIndex);
    push += side * lacking * (other.fixed ? 1 : 0.5);
  }
  return Math.min(SPACE_ACROSS, Math.max(-SPACE_ACROSS, push));
}
