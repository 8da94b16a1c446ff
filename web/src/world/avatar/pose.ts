/** How an avatar stands: which way, which step of the walk, on its feet or seated. */

/** 0: +x (down-right), 1: +y (down-left), 2: -x (up-left), 3: -y (up-right). */
export type Facing = 0 | 1 | 2 | 3;
export type WalkFrame = 0 | 1 | 2 | 3;

export interface Pose {
  readonly view: 'front' | 'back';
  /** Drawn facing the left of the screen; mirrored it faces the right. */
  readonly mirror: boolean;
  readonly frame: WalkFrame;
  readonly sit: boolean;
  readonly blink: boolean;
}

export const STANDING: Pose = { view: 'front', mirror: false, frame: 0, sit: false, blink: false };

export function toFacing(value: number): Facing {
  return value === 0 || value === 1 || value === 2 || value === 3 ? value : 1;
}

export function viewOf(facing: Facing): Pick<Pose, 'view' | 'mirror'> {
  return { view: facing < 2 ? 'front' : 'back', mirror: facing === 0 || facing === 3 };
}

/** The facing nearest to a direction in tiles; `fallback` where there is none. */
export function facingOf(dx: number, dy: number, fallback: Facing): Facing {
  if (Math.abs(dx) < 1e-6 && Math.abs(dy) < 1e-6) return fallback;
  if (Math.abs(dx) >= Math.abs(dy)) return dx > 0 ? 0 : 2;
  return dy > 0 ? 1 : 3;
}

/** Where a step has taken the limbs: -1..1, the foot on the screen's left forward at 1. */
export function swingOf(frame: WalkFrame): number {
  return frame === 1 ? 1 : frame === 3 ? -1 : 0;
}
