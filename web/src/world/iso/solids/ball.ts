/** A ball, or a squashed one: cushions, fruit, jars. */
import { deep, faceColours, light, OUTLINE } from '../colour';
import { trim, type Frame, type Point3 } from '../frame';
import { CIRCLE_HALF_WIDTH, project, Z_UNIT } from '../projection';
import { ellipsePath, GROUND_HEIGHT, OUTLINE_WIDTH, PART_LINE_WIDTH, type Solid } from './solid';

export interface BallSpec {
  /** The point it rests on. */
  readonly at: Point3;
  /** Radius in tiles. */
  readonly radius: number;
  /** Height in z-units, if it is not a true ball. */
  readonly height?: number;
  readonly colour: string;
  /** Markup around the centre of the ball, in pixels. */
  readonly picture?: string;
}

/** How much of the radius the silhouette reaches below the point of rest, seen from above. */
const BELOW_REST = 0.2;

export function ballSolid(frame: Frame, spec: BallSpec): Solid {
  const [turnedX, turnedY] = frame.turn(spec.at[0], spec.at[1]);
  const z = spec.at[2];
  const halfWidth = spec.radius * CIRCLE_HALF_WIDTH;
  const height = spec.height ?? (2 * halfWidth) / Z_UNIT;
  const halfHeight = (height * Z_UNIT) / 2;
  const rest = project(turnedX, turnedY, z);
  const centreY = rest.y - halfHeight + halfWidth * BELOW_REST;
  frame.include({ x: rest.x - halfWidth, y: centreY - halfHeight }, { x: rest.x + halfWidth, y: centreY + halfHeight });
  const colours = faceColours(spec.colour);
  const arc = `a${trim(halfWidth)} ${trim(halfHeight)} 0 1 1`;
  const silhouette = `M${trim(rest.x - halfWidth)} ${trim(centreY)}${arc} ${trim(2 * halfWidth)} 0${arc} -${trim(2 * halfWidth)} 0Z`;
  const fill = frame.paints.round(light(colours.leftUpper), colours.leftUpper, deep(colours.leftUpper));
  const picture = spec.picture
    ? `<g transform="translate(${trim(rest.x)} ${trim(centreY)})">${spec.picture}</g>`
    : '';
  return {
    box: { x: turnedX - spec.radius, y: turnedY - spec.radius, z, w: 2 * spec.radius, d: 2 * spec.radius, h: height },
    outline: `<path d="${silhouette}" fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="${OUTLINE_WIDTH}"/>`,
    body:
      `<path d="${silhouette}" fill="none" stroke="${colours.line}" stroke-width="${PART_LINE_WIDTH}"/>` +
      `<path d="${silhouette}" fill="${fill}"/>${picture}`,
    ground: z < GROUND_HEIGHT ? ellipsePath(rest.x, rest.y, halfWidth * 0.85) : '',
  };
}
