/** The soft shadow a piece casts on the wall it hangs on, away from the light. */
import type { Model } from '../iso/model';
import { rect } from '../iso/shapes';

const SHADOW = '#5a3f86';
const OPACITY = 0.16;
/** Pixels the shadow lies to the right of and below its piece. */
const OFFSET = 4;

/** Corner and size of the piece on the wall: tiles along, z-units up. */
export function wallShadow(model: Model, [x, z]: readonly [number, number], size: readonly [number, number], radius = 4): void {
  model.panel({
    at: [x, 0, z],
    size,
    picture: (width, height) => rect(OFFSET, OFFSET, width, height, SHADOW, { radius, opacity: OPACITY }),
  });
}
