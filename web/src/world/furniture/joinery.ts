/** Parts that many pieces share: legs, drawer fronts, cupboard doors, rows of books. */
import { deep, light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import type { FacePicture } from '../iso/solids/box';
import { circle, moved, rect } from '../iso/shapes';
import { palette } from '../catalogue';

interface Legs {
  readonly height: number;
  readonly colour: string;
  readonly thickness?: number;
  /** Distance of the legs from the footprint's edge. */
  readonly inset?: number;
}

/** Four square legs under the corners of the footprint. */
export function legs(model: Model, { height, colour, thickness = 0.1, inset = 0.06 }: Legs): void {
  const far = (length: number) => length - inset - thickness;
  for (const x of [inset, far(model.width)]) {
    for (const y of [inset, far(model.depth)]) {
      model.box({ at: [x, y, 0], size: [thickness, thickness, height], colour, highlight: false });
    }
  }
}

const GAP = 2;

/** A grid of drawers with brass knobs. */
export function drawerFronts(rows: number, colour: string, columns = 1): FacePicture {
  return (width, height) => {
    const drawerWidth = (width - GAP * (columns + 1)) / columns;
    const drawerHeight = (height - GAP * (rows + 1)) / rows;
    let markup = '';
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const x = GAP + column * (drawerWidth + GAP);
        const y = GAP + row * (drawerHeight + GAP);
        markup +=
          rect(x, y, drawerWidth, drawerHeight, mix(colour, '#ffffff', 0.22), {
            stroke: mix(colour, '#4a2a5e', 0.4),
            strokeWidth: 0.8,
          }) + circle(x + drawerWidth / 2, y + drawerHeight / 2, 1.6, palette.gold, { stroke: line(palette.gold), strokeWidth: 0.5 });
      }
    }
    return markup;
  };
}

const SPINES = [
  palette.rose,
  palette.sky,
  palette.butter,
  palette.mint,
  palette.lilac,
  palette.coral,
  palette.denim,
  palette.milk,
];

/** Books side by side, standing on the lower edge; equal seeds give equal books. */
export function bookSpines(width: number, height: number, seed: number): string {
  let markup = '';
  let number = seed;
  for (let x = 1; x < width - 5; number += 3) {
    const thickness = 3 + ((number * 7) % 3);
    const tall = height * (0.64 + ((number * 5) % 4) * 0.09);
    const colour = SPINES[number % SPINES.length] ?? palette.rose;
    markup +=
      rect(x, height - tall, thickness, tall, colour, { radius: 0.8, stroke: line(colour), strokeWidth: 0.5 }) +
      rect(x, height - tall + 2.5, thickness, 1.4, '#ffffff', { radius: 0, opacity: 0.55 });
    x += thickness + 0.6;
  }
  return markup;
}

/** Shelves full of books, with an ornament on the second of many. */
export function bookRows(rows: number, colour: string, seed: number): FacePicture {
  const margin = 2.5;
  return (width, height) => {
    const rowHeight = (height - 2 * margin) / rows;
    let markup = rect(margin, margin, width - 2 * margin, height - 2 * margin, deep(colour), { radius: 1.5 });
    for (let row = 0; row < rows; row++) {
      const ornament = row === 1 && rows > 2;
      const contents = ornament
        ? circle(8, rowHeight - 7, 5, palette.mint) +
          rect(16, rowHeight - 9.5, 7, 7.5, palette.coral, { radius: 1 }) +
          moved(26, 0, bookSpines(width - 34, rowHeight - 2, seed + row))
        : bookSpines(width - 6, rowHeight - 2, seed + row * 2);
      markup += moved(margin, margin + row * rowHeight, contents);
      markup += rect(2, margin + (row + 1) * rowHeight - 2, width - 4, 2.2, light(colour), { radius: 0.5 });
    }
    return markup;
  };
}

/** Upright boards, for the back of a cupboard. */
export function backBoards(colour: string): FacePicture {
  return (width, height) => {
    const edge = { stroke: mix(colour, '#4a2a5e', 0.3), strokeWidth: 0.8 };
    const boards = Math.max(2, Math.round(width / 16));
    const seams = Array.from({ length: boards - 1 }, (_, i) =>
      rect(((i + 1) * width) / boards - 0.4, 4, 0.8, height - 8, mix(colour, '#4a2a5e', 0.22), { radius: 0 }),
    );
    return rect(2.5, 2.5, width - 5, height - 5, mix(colour, '#7a55a0', 0.1), edge) + seams.join('');
  };
}
