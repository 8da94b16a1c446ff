/** A flat picture on an upright plane that faces the front: paper, neon, shadows on a wall. */
import type { Frame, Point3 } from '../frame';
import { TILE_EDGE, Z_UNIT } from '../projection';
import type { Solid } from './solid';

export interface PanelSpec {
  /** Left end of the lower edge. */
  readonly at: Point3;
  /** Width in tiles and height in z-units. */
  readonly size: readonly [number, number];
  /** Markup in pixels from the upper left corner; it may reach past the size. */
  readonly picture: (width: number, height: number) => string;
}

export function panelSolid(frame: Frame, spec: PanelSpec): Solid {
  const [x, y, z] = spec.at;
  const [width, height] = spec.size;
  const top = z + height;
  frame.include(frame.place(x, y, top), frame.place(x + width, y, top), frame.place(x, y, z), frame.place(x + width, y, z));
  return {
    box: frame.turnBox(x, y, z, width, 0, height),
    outline: '',
    body: frame.upright([x, y, top], [x + width, y, top], width, spec.picture(width * TILE_EDGE, height * Z_UNIT)),
    ground: '',
  };
}
