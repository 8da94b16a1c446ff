/** Beds for people and pets. */
import { light, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { heartPath, rect, shape } from '../iso/shapes';
import { circle } from '../iso/shapes';
import type { FacePicture } from '../iso/solids/box';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';

const SOFT = 4;
/** Heights of a bed, from the floor up, in z-units. */
const FRAME_BOTTOM = 0.08;
const FRAME_TOP = 0.34;
const MATTRESS_TOP = 0.5;
const BLANKET_TOP = 0.56;
/** Where, along the bed, the headboard ends, the blanket begins and the footboard begins. */
const HEADBOARD_END = 0.14;
const BLANKET_START = 0.72;
const FOOTBOARD_START = 1.9;

interface Bed {
  readonly frame: string;
  readonly blanket: string;
  readonly pillow: string;
  readonly pillows: number;
  readonly headboardHeight: number;
  readonly headboard: FacePicture;
  readonly pattern: FacePicture;
}

/** No two boxes share space: the mattress stops where the blanket begins, so every rotation shows both. */
function bed(model: Model, spec: Bed): void {
  const width = model.width - 0.04;
  const frameLength = FOOTBOARD_START - HEADBOARD_END;
  for (const x of [0.06, model.width - 0.16]) {
    model.box({ at: [x, FOOTBOARD_START - 0.14, 0], size: [0.1, 0.1, FRAME_BOTTOM], colour: palette.walnut, highlight: false });
  }
  model
    .box({
      at: [0.02, 0.02, 0],
      size: [width, HEADBOARD_END - 0.02, spec.headboardHeight],
      colour: spec.frame,
      round: SOFT,
      front: spec.headboard,
      back: spec.headboard,
    })
    .box({ at: [0.02, FOOTBOARD_START, 0], size: [width, 0.08, 0.4], colour: spec.frame, round: SOFT })
    .box({ at: [0.02, HEADBOARD_END, FRAME_BOTTOM], size: [width, frameLength, FRAME_TOP - FRAME_BOTTOM], colour: spec.frame })
    .box({
      at: [0.04, HEADBOARD_END, FRAME_TOP],
      size: [model.width - 0.08, BLANKET_START - HEADBOARD_END, MATTRESS_TOP - FRAME_TOP],
      colour: palette.white,
      round: 2,
    })
    .box({
      at: [0.03, BLANKET_START, FRAME_TOP],
      size: [model.width - 0.06, FOOTBOARD_START - BLANKET_START - 0.01, BLANKET_TOP - FRAME_TOP],
      colour: spec.blanket,
      round: SOFT,
      top: spec.pattern,
    });
  pillows(model, spec);
}

function pillows(model: Model, { pillow, pillows: count }: Bed): void {
  const room = (model.width - 0.2) / count;
  for (let i = 0; i < count; i++) {
    model.box({
      at: [0.1 + i * room + 0.06, 0.2, MATTRESS_TOP],
      size: [room - 0.12, 0.38, 0.14],
      colour: pillow,
      round: 5,
    });
  }
}

/** The turned-down sheet at the upper edge of a blanket. */
const hem = (width: number): string => rect(-1, 0, width + 2, 7, '#fffdf8', { radius: 1, stroke: '#cdb6d8', strokeWidth: 0.7 });

function singleBed(model: Model, colour: string): void {
  bed(model, {
    frame: palette.wheat,
    blanket: colour,
    pillow: palette.milk,
    pillows: 1,
    headboardHeight: 0.95,
    headboard: (width, height) =>
      rect(4, 5, width - 8, height - 24, mix(palette.wheat, '#ffffff', 0.25), { radius: 3, stroke: line(palette.wheat), strokeWidth: 0.7 }),
    pattern: (width, height) => {
      let dots = hem(width);
      for (let row = 0; row * 7 + 13 < height; row++) {
        for (let x = 5 + (row % 2) * 4; x < width - 2; x += 8) dots += circle(x, 13 + row * 7, 1.7, '#ffffff', { opacity: 0.7 });
      }
      return dots;
    },
  });
}

function doubleBed(model: Model, colour: string): void {
  bed(model, {
    frame: palette.milk,
    blanket: colour,
    pillow: palette.butter,
    pillows: 2,
    headboardHeight: 1.08,
    headboard: (width, height) =>
      rect(5, 4, width - 10, height - 24, mix(palette.milk, '#f7adbb', 0.28), { radius: 4, stroke: '#cdb6d8', strokeWidth: 0.8 }) +
      shape(heartPath(width / 2, 11, 5), palette.rose),
    pattern: (width, height) => {
      let hearts = hem(width);
      for (let row = 0; row * 8 + 15 < height; row++) {
        for (let x = 8 + (row % 2) * 6; x < width - 4; x += 12) {
          hearts += shape(heartPath(x, 14 + row * 8, 2.4), '#ffffff', { opacity: 0.8 });
        }
      }
      return hearts;
    },
  });
}

/** Patchwork in the manner of jogakbo. */
function patchwork(colour: string): FacePicture {
  const patches = [colour, palette.rose, palette.butter, palette.mint, palette.sky, palette.lilac];
  return (width, height) => {
    const side = width / 4;
    let markup = '';
    for (let y = 8, row = 0; y < height - 2; y += side, row++) {
      for (let column = 0; column < 4; column++) {
        const patch = patches[(row * 5 + column * 2 + (row % 2)) % patches.length] ?? colour;
        const patchHeight = Math.min(side, height - 2 - y);
        markup += rect(column * side, y, side, patchHeight, mix(patch, '#ffffff', 0.18), { radius: 0, stroke: '#ffffff', strokeWidth: 0.7 });
      }
    }
    return hem(width) + markup;
  };
}

function floorBedding(model: Model, colour: string): void {
  const border: FacePicture = (width, height) =>
    rect(2, 2, width - 4, height - 4, 'none', { radius: 2, stroke: mix(colour, '#ffffff', 0.3), strokeWidth: 1.6 });
  model
    .box({ at: [0.05, 0.04, 0], size: [0.9, 0.72, 0.14], colour: palette.white, round: 4, top: border })
    .box({ at: [0.04, 0.76, 0], size: [0.92, 1.2, 0.2], colour, round: 5, top: patchwork(colour) })
    .box({ at: [0.2, 0.16, 0.14], size: [0.6, 0.34, 0.16], colour: palette.rose, round: 5, top: pillowEnd, right: pillowEnd, left: pillowEnd });
}

const pillowEnd: FacePicture = (width, height) => rect(1, 1, width - 2, height - 2, 'none', { radius: 2, stroke: '#fff2e0', strokeWidth: 0.9 });

function petBed(model: Model, colour: string): void {
  const paws = (diameter: number): string => {
    const middle = diameter / 2;
    const toes = [-4, 0, 4].map((x) => circle(middle + x, middle - 4 + Math.abs(x) / 4, 1.5, colour)).join('');
    return circle(middle, middle + 1, 3, colour) + toes;
  };
  model
    .cylinder({ at: [0.5, 0.5, 0], radius: 0.47, height: 0.17, colour, topColour: light(colour) })
    .cylinder({ at: [0.5, 0.5, 0.17], radius: 0.35, height: 0.03, colour: '#e9d5c8', topColour: palette.milk, top: paws });
}

export const beds: DrawingFamily = {
  single_bed: singleBed,
  double_bed: doubleBed,
  floor_bedding: floorBedding,
  pet_bed: petBed,
};
