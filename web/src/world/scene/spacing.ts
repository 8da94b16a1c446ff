/** Keeps people who stand on one another apart on the screen; where they say they are does not change. */
import type { Point } from '../iso/projection';

/** Tiles between two people below which they step aside. */
export const PERSONAL_SPACE = 0.62;
const ROUNDS = 4;

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
      const push = pushOn(people, drawn, index, at);
      if (push.x === 0 && push.y === 0) continue;
      const next = { x: at.x + push.x, y: at.y + push.y };
      if (!fits(next)) continue;
      drawn.set(person.id, next);
      moved = true;
    }
    if (!moved) break;
  }
  return drawn;
}

function pushOn(people: readonly Standing[], drawn: ReadonlyMap<string, Point>, index: number, at: Point): Point {
  let x = 0;
  let y = 0;
  for (const [otherIndex, other] of people.entries()) {
    if (otherIndex === index) continue;
    const there = drawn.get(other.id) as Point;
    const dx = at.x - there.x;
    const dy = at.y - there.y;
    const distance = Math.hypot(dx, dy);
    const lacking = PERSONAL_SPACE - distance;
    if (lacking <= 0.01) continue;
    // people on exactly one spot part in a direction of their own, so that all clients agree
    const angle = distance > 0.01 ? Math.atan2(dy, dx) : index * 2.4;
    const share = other.fixed ? 1 : 0.5;
    x += Math.cos(angle) * lacking * share;
    y += Math.sin(angle) * lacking * share;
  }
  return { x, y };
}
