/** An upright cylinder or cone frustum. */
import { deep, faceColours, HIGHLIGHT, mix, OUTLINE } from '../colour';
import { trim, type Frame, type Point3 } from '../frame';
import { CIRCLE_HALF_WIDTH, project, TILE_EDGE, Z_UNIT } from '../projection';
import { ellipsePath, GROUND_HEIGHT, OUTLINE_WIDTH, PART_LINE_WIDTH, type Solid } from './solid';

export interface CylinderSpec {
  /** Centre of the foot. */
  readonly at: Point3;
  /** Radius of the foot in tiles. */
  readonly radius: number;
  /** Radius of the upper rim in tiles, if not the same. */
  readonly topRadius?: number;
  readonly height: number;
  readonly colour: string;
  readonly topColour?: string;
  /** Markup on the mantle: the origin is the centre of the foot, sizes in pixels. */
  readonly mantle?: (halfWidth: number, height: number) => string;
  /** Markup on the upper face, from the corner of the square around it, skewed with the floor. */
  readonly top?: (diameter: number) => string;
}

export function cylinderSolid(frame: Frame, spec: CylinderSpec): Solid {
  const [turnedX, turnedY] = frame.turn(spec.at[0], spec.at[1]);
  const z = spec.at[2];
  const topRadius = spec.topRadius ?? spec.radius;
  const widest = Math.max(spec.radius, topRadius);
  const foot = project(turnedX, turnedY, z);
  const rim = project(turnedX, turnedY, z + spec.height);
  const footHalf = spec.radius * CIRCLE_HALF_WIDTH;
  const rimHalf = topRadius * CIRCLE_HALF_WIDTH;
  frame.include(
    { x: foot.x - footHalf, y: foot.y + footHalf / 2 },
    { x: foot.x + footHalf, y: foot.y + footHalf / 2 },
    { x: rim.x - rimHalf, y: rim.y - rimHalf / 2 },
    { x: rim.x + rimHalf, y: rim.y + rimHalf / 2 },
  );
  const silhouette =
    `M${trim(rim.x - rimHalf)} ${trim(rim.y)}A${trim(rimHalf)} ${trim(rimHalf / 2)} 0 0 1 ${trim(rim.x + rimHalf)} ${trim(rim.y)}` +
    `L${trim(foot.x + footHalf)} ${trim(foot.y)}A${trim(footHalf)} ${trim(footHalf / 2)} 0 0 1 ${trim(foot.x - footHalf)} ${trim(foot.y)}Z`;
  const colours = faceColours(spec.colour);
  const mantle = frame.paints.across(mix(colours.leftUpper, '#fff8ee', 0.2), colours.leftUpper, deep(colours.leftUpper));
  const picture = spec.mantle
    ? `<g transform="translate(${trim(foot.x)} ${trim(foot.y)})">${spec.mantle(footHalf, spec.height * Z_UNIT)}</g>`
    : '';
  const upperPicture = spec.top
    ? frame.level([spec.at[0] - topRadius, spec.at[1] - topRadius, z + spec.height], spec.top(2 * topRadius * TILE_EDGE))
    : '';
  return {
    box: { x: turnedX - widest, y: turnedY - widest, z, w: 2 * widest, d: 2 * widest, h: spec.height },
    outline: `<path d="${silhouette}" fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="${OUTLINE_WIDTH}" stroke-linejoin="round"/>`,
    body:
      `<path d="${silhouette}" fill="none" stroke="${colours.line}" stroke-width="${PART_LINE_WIDTH}" stroke-linejoin="round"/>` +
      `<path d="${silhouette}" fill="${mantle}"/>${picture}` +
      `<ellipse cx="${trim(rim.x)}" cy="${trim(rim.y)}" rx="${trim(rimHalf)}" ry="${trim(rimHalf / 2)}" fill="${spec.topColour ?? colours.top}"` +
      ` stroke="${HIGHLIGHT}" stroke-opacity="0.5" stroke-width="1"/>${upperPicture}`,
    ground: z < GROUND_HEIGHT ? ellipsePath(foot.x, foot.y, footHalf) : '',
  };
}
