/** Figures made of leaves. */
import { trim } from '../iso/frame';
import { leafPath, stroke } from '../iso/shapes';
import type { Model } from '../iso/model';
import type { FigurePart } from '../iso/solids/billboard';
import type { Point3 } from '../iso/frame';
import { palette } from '../catalogue';

export const SOIL = '#8a6250';
export const FRESH = '#7cc08b';

interface LeafFan {
  readonly at: Point3;
  readonly count: number;
  /** Length and half width of a leaf, in pixels. */
  readonly length: number;
  readonly width: number;
  /** Angle between the outermost leaves, in degrees. */
  readonly spread?: number;
  readonly colours: readonly string[];
  readonly radius: number;
}

/** Pointed leaves fanning out of a pot, the middle ones in front. */
export function leafFan(model: Model, fan: LeafFan): void {
  const spread = fan.spread ?? 150;
  const leaves = Array.from({ length: fan.count }, (_, i) => {
    const angle = -90 - spread / 2 + (spread * (i + 0.5)) / fan.count + (((i * 37) % 13) - 6);
    const length = fan.length * (0.8 + ((i * 53) % 20) / 100);
    const radians = (angle * Math.PI) / 180;
    return {
      path: leafPath(angle, length, fan.width),
      fill: fan.colours[i % fan.colours.length] ?? palette.leaf,
      fromMiddle: Math.abs(i - fan.count / 2 + 0.5),
      vein: `M0 0L${trim(Math.cos(radians) * length * 0.85)} ${trim(Math.sin(radians) * length * 0.85)}`,
    };
  }).toSorted((a, b) => b.fromMiddle - a.fromMiddle);
  model.billboard({
    at: fan.at,
    radius: fan.radius,
    height: fan.length / 36,
    parts: leaves.map(({ path, fill }) => ({ path, fill })),
    detail: stroke(leaves.map(({ vein }) => vein).join(''), '#ffffff', 1, 0.28),
    extent: [-fan.length, -fan.length * 1.02, fan.length, 5],
    mirrored: model.rotation % 2 === 1,
  });
}

/** Half widths of a monstera leaf from stalk to tip: lobes and the slits between them. */
const MONSTERA_PROFILE: readonly (readonly [number, number])[] = [
  [-0.12, 0.3],
  [0.05, 0.52],
  [0.2, 0.6],
  [0.3, 0.34],
  [0.38, 0.58],
  [0.52, 0.52],
  [0.58, 0.26],
  [0.66, 0.44],
  [0.8, 0.3],
];

/** A split leaf whose stalk ends at (x, y), growing at an angle in degrees. */
export function monsteraLeaf(x: number, y: number, angle: number, length: number, fill: string): FigurePart & { vein: string } {
  const radians = (angle * Math.PI) / 180;
  const at = (along: number, side: number): string => {
    const [u, v] = [along * length, side * length];
    return `${trim(x + Math.cos(radians) * u - Math.sin(radians) * v)} ${trim(y + Math.sin(radians) * u + Math.cos(radians) * v)}`;
  };
  const oneSide = MONSTERA_PROFILE.map(([along, half]) => at(along, half));
  const otherSide = MONSTERA_PROFILE.map(([along, half]) => at(along, -half)).toReversed();
  return {
    path: `M${[at(0, 0), ...oneSide, at(1, 0), ...otherSide].join('L')}Z`,
    fill,
    vein:
      `M${at(0.05, 0)}L${at(0.85, 0)}M${at(0.3, 0.3)}L${at(0.2, 0)}L${at(0.3, -0.3)}` +
      `M${at(0.55, 0.26)}L${at(0.45, 0)}L${at(0.55, -0.26)}`,
  };
}
