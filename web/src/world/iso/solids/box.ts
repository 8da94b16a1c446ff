/** A box with rounded edges, and flat pictures on its faces. */
import { faceColours, HIGHLIGHT, OUTLINE } from '../colour';
import { polygon, trim, type Frame, type Point3, type Side } from '../frame';
import { project, TILE_EDGE, Z_UNIT } from '../projection';
import { GROUND_HEIGHT, OUTLINE_WIDTH, PART_LINE_WIDTH, type Solid } from './solid';

/** Markup for a face of the given width and height in pixels; the origin is the face's upper left corner. */
export type FacePicture = (width: number, height: number) => string;

export interface BoxSpec {
  /** The corner nearest the back corner of the room, and the bottom. */
  readonly at: Point3;
  readonly size: Point3;
  readonly colour: string;
  /** Pixels added by the rounding of the edges. */
  readonly round?: number;
  /** The highlight on the upper edges; on unless refused. */
  readonly highlight?: boolean;
  /** Colour of the upper face, if not a lighter `colour`. */
  readonly topColour?: string;
  readonly front?: FacePicture;
  readonly right?: FacePicture;
  readonly back?: FacePicture;
  readonly left?: FacePicture;
  readonly top?: FacePicture;
}

const EDGE_ROUNDING = 1.6;
/** Lower boxes are painted flat: a gradient would not be seen. */
const GRADIENT_HEIGHT = 0.25;
/** Pictures on the shaded side are dimmed by this much plum. */
const SHADED_PICTURE = 0.09;

export function boxSolid(frame: Frame, spec: BoxSpec): Solid {
  const [x, y, z] = spec.at;
  const [w, d, h] = spec.size;
  const box = frame.turnBox(x, y, z, w, d, h);
  const corner = (east: boolean, south: boolean, up: boolean) =>
    project(box.x + (east ? box.w : 0), box.y + (south ? box.d : 0), up ? z + h : z);
  const back = corner(false, false, true);
  const right = corner(true, false, true);
  const near = corner(true, true, true);
  const left = corner(false, true, true);
  const rightFoot = corner(true, false, false);
  const nearFoot = corner(true, true, false);
  const leftFoot = corner(false, true, false);
  frame.include(back, right, left, rightFoot, nearFoot, leftFoot);

  const colours = faceColours(spec.colour);
  const round = spec.round ?? EDGE_ROUNDING;
  const tall = h > GRADIENT_HEIGHT;
  const litFill = tall ? frame.paints.down(colours.leftUpper, colours.leftLower) : colours.leftUpper;
  const shadedFill = tall ? frame.paints.down(colours.rightUpper, colours.rightLower) : colours.rightUpper;
  const litLeft = frame.litFrom === 'left';
  const topFill = spec.topColour ?? colours.top;
  const silhouette = polygon([back, right, rightFoot, nearFoot, leftFoot, left]);
  const leftFace = polygon([left, near, nearFoot, leftFoot]);
  const rightFace = polygon([near, right, rightFoot, nearFoot]);
  const face = (path: string, fill: string) =>
    `<path d="${path}" fill="${fill}" stroke="${fill}" stroke-width="${round}" stroke-linejoin="round"/>`;
  const highlight =
    spec.highlight === false
      ? ''
      : `<path d="M${trim(left.x)} ${trim(left.y)}L${trim(near.x)} ${trim(near.y)}L${trim(right.x)} ${trim(right.y)}"` +
        ` fill="none" stroke="${HIGHLIGHT}" stroke-opacity="0.55" stroke-width="1.3" stroke-linejoin="round" stroke-linecap="round"/>`;

  return {
    box,
    outline: `<path d="${silhouette}" fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="${OUTLINE_WIDTH + round}" stroke-linejoin="round"/>`,
    body:
      `<path d="${silhouette}" fill="none" stroke="${colours.line}" stroke-width="${PART_LINE_WIDTH + round}" stroke-linejoin="round"/>` +
      face(leftFace, litLeft ? litFill : shadedFill) +
      face(rightFace, litLeft ? shadedFill : litFill) +
      face(polygon([back, right, near, left]), topFill) +
      highlight +
      pictures(frame, spec, litLeft ? rightFace : leftFace),
    ground: z < GROUND_HEIGHT ? polygon([corner(false, false, false), rightFoot, nearFoot, leftFoot]) : '',
  };
}

function pictures(frame: Frame, spec: BoxSpec, shadedFace: string): string {
  const [x, y, z] = spec.at;
  const [w, d, h] = spec.size;
  const top = z + h;
  const corners: Record<Side, readonly [Point3, Point3, number]> = {
    front: [[x, y + d, top], [x + w, y + d, top], w],
    right: [[x + w, y + d, top], [x + w, y, top], d],
    back: [[x + w, y, top], [x, y, top], w],
    left: [[x, y, top], [x, y + d, top], d],
  };
  const shadow =
    `<path d="${shadedFace}" fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="${spec.round ?? EDGE_ROUNDING}" stroke-linejoin="round"` +
    ` opacity="${SHADED_PICTURE}"/>`;
  const shadedPosition = frame.litFrom === 'left' ? 1 : 0;
  let markup = '';
  for (const [position, side] of frame.sidesShown().entries()) {
    const picture = spec[side];
    if (!picture) continue;
    const [from, to, length] = corners[side];
    markup += frame.upright(from, to, length, picture(length * TILE_EDGE, h * Z_UNIT));
    if (position === shadedPosition) markup += shadow;
  }
  if (spec.top) markup += frame.level([x, y, top], spec.top(w * TILE_EDGE, d * TILE_EDGE));
  return markup;
}
