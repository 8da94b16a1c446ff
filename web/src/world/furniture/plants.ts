/** Plants, in pots. */
import { deep, line, mix } from '../iso/colour';
import type { Model } from '../iso/model';
import { circle, heartPath, leafPath, ovalPath, rect, starPath, stroke } from '../iso/shapes';
import type { FigurePart } from '../iso/solids/billboard';
import { palette } from '../catalogue';
import type { DrawingFamily } from './draw';
import { FRESH, leafFan, monsteraLeaf, SOIL } from './foliage';

interface Pot {
  readonly radius: number;
  readonly topRadius: number;
  readonly height: number;
  readonly colour: string;
}

/** A tapering pot in the middle of the footprint, with a rim. */
function pot(model: Model, { radius, topRadius, height, colour }: Pot): void {
  const [x, y] = [model.width / 2, model.depth / 2];
  const rim = Math.min(0.06, height * 0.25);
  model
    .cylinder({ at: [x, y, 0], radius, topRadius: topRadius * 0.96, height: height - rim, colour })
    .cylinder({ at: [x, y, height - rim], radius: topRadius, height: rim, colour, topColour: SOIL });
}

/** Plants have no front; turning shows them from the other side. */
const mirrored = (model: Model): boolean => model.rotation % 2 === 1;

function monstera(model: Model, colour: string): void {
  pot(model, { radius: 0.22, topRadius: 0.29, height: 0.42, colour });
  const leaves = [
    monsteraLeaf(-17, -14, 200, 17, palette.pine),
    monsteraLeaf(17, -15, -22, 17, palette.pine),
    monsteraLeaf(-13, -27, 228, 17, palette.leaf),
    monsteraLeaf(14, -29, -46, 17, FRESH),
    monsteraLeaf(-1, -30, -98, 18, palette.leaf),
    monsteraLeaf(-8, -13, 172, 14, FRESH),
    monsteraLeaf(7, -12, 8, 15, palette.leaf),
  ];
  const stalks = leaves.map((_, i) => {
    const [x = 0, y = 0] = [[-17, -14], [17, -15], [-13, -27], [14, -29], [-1, -30], [-8, -13], [7, -12]][i] ?? [];
    return { path: `M-0.9 0Q${x * 0.2} ${y * 0.7} ${x} ${y}Q${x * 0.2 + 1.6} ${y * 0.6} 0.9 0Z`, fill: palette.pine };
  });
  model.billboard({
    at: [0.5, 0.5, 0.42],
    radius: 0.3,
    height: 1.2,
    parts: [...stalks, ...leaves],
    detail: stroke(leaves.map(({ vein }) => vein).join(''), '#ffffff', 0.9, 0.4),
    extent: [-33, -49, 33, 4],
    mirrored: mirrored(model),
  });
}

const CROWN: readonly (readonly [number, number, number])[] = [
  [-10, -30, 9],
  [11, -34, 10],
  [-12, -46, 11],
  [10, -52, 11],
  [0, -62, 12],
  [-2, -42, 10],
];
const CROWN_GREENS = [palette.pine, palette.leaf, palette.leaf, FRESH, '#8fd09b', palette.leaf];

function rubberTree(model: Model, colour: string): void {
  pot(model, { radius: 0.2, topRadius: 0.28, height: 0.4, colour });
  model.billboard({
    at: [0.5, 0.5, 0.4],
    radius: 0.28,
    height: 2.1,
    parts: [
      { path: 'M-1.8 0L-1.2 -40L1.2 -40L1.8 0Z', fill: palette.walnut },
      ...CROWN.map(([x, y, radius], i) => ({ path: ovalPath(x, y, radius, radius * 0.86), fill: CROWN_GREENS[i] ?? palette.leaf })),
    ],
    detail: stroke('M-16 -50q3 -4 7 -3M5 -57q4 -3 8 -1M-5 -68q4 -3 8 -1M-6 -45q3 -2 6 -1', '#ffffff', 1.6, 0.5),
    extent: [-24, -74, 24, 2],
    mirrored: mirrored(model),
  });
}

function bamboo(model: Model, colour: string): void {
  const stalks: readonly (readonly [number, number])[] = [[-8, -50], [0, -66], [8, -56]];
  const cane = ([x, top]: readonly [number, number]): FigurePart => ({ path: `M${x - 1.8} 0V${top}H${x + 1.8}V0Z`, fill: FRESH });
  const tuft = (x: number, y: number, angles: readonly number[]): FigurePart[] =>
    angles.map((angle, i) => ({ path: shifted(leafPath(angle, 15, 2.8), x, y), fill: i % 2 ? palette.leaf : palette.pine }));
  const joints = stalks.flatMap(([x, top]) => Array.from({ length: Math.floor(-top / 12) }, (_, i) => `M${x - 1.8} ${-10 - i * 12}h3.6`)).join('');
  model
    .box({ at: [0.16, 0.26, 0], size: [0.68, 0.48, 0.34], colour, round: 3, topColour: SOIL })
    .billboard({
      at: [0.5, 0.5, 0.34],
      radius: 0.24,
      height: 2.1,
      parts: [
        ...stalks.map(cane),
        ...tuft(-8, -50, [-150, -100, -60, -190]),
        ...tuft(0, -66, [-140, -90, -40]),
        ...tuft(8, -56, [-120, -70, -20, 10]),
        ...tuft(-8, -28, [-170, -215]),
        ...tuft(8, -34, [-10, 30]),
      ],
      detail: stroke(joints, palette.pine, 1.2),
      extent: [-24, -82, 24, 2],
      mirrored: mirrored(model),
    });
}

/** A path drawn from (0, 0), moved: works for the absolute M and Q of leaves. */
function shifted(path: string, dx: number, dy: number): string {
  let coordinate = 0;
  return path.replace(/-?\d+(?:\.\d+)?/g, (number) => {
    const moved = Number(number) + (coordinate++ % 2 ? dy : dx);
    return String(Math.round(moved * 100) / 100);
  });
}

const BAUBLES: readonly (readonly [number, number, string])[] = [
  [-14, -10, palette.red],
  [0, -6, palette.butter],
  [13, -11, palette.sky],
  [-9, -28, palette.butter],
  [7, -26, palette.rose],
  [-4, -44, palette.sky],
  [5, -48, palette.red],
];

function christmasTree(model: Model, colour: string): void {
  pot(model, { radius: 0.18, topRadius: 0.22, height: 0.24, colour: palette.red });
  model.billboard({
    at: [0.5, 0.5, 0.24],
    radius: 0.36,
    height: 2.2,
    parts: [
      { path: 'M-2 0V-8H2V0Z', fill: palette.walnut },
      { path: 'M-24 -6Q-12 1 0 -1Q12 1 24 -6L12 -28H-12Z', fill: colour },
      { path: 'M-19 -24Q-10 -17 0 -19Q10 -17 19 -24L9 -44H-9Z', fill: mix(colour, '#ffffff', 0.1) },
      { path: 'M-14 -41Q-7 -35 0 -37Q7 -35 14 -41L0 -66Z', fill: mix(colour, '#ffffff', 0.2) },
      { path: starPath(0, -68, 7.5), fill: palette.butter },
    ],
    detail:
      stroke('M-18 -9Q2 -6 18 -13M-14 -27Q2 -23 13 -30M-9 -43Q1 -41 8 -47', '#fff3c4', 1, 0.7) +
      BAUBLES.map(
        ([x, y, fill]) =>
          circle(x, y, 2.7, fill, { stroke: line(fill), strokeWidth: 0.6 }) + circle(x - 0.8, y - 0.8, 0.8, '#ffffff', { opacity: 0.8 }),
      ).join(''),
    extent: [-26, -77, 26, 4],
    mirrored: mirrored(model),
  });
}

function sunflower(model: Model, colour: string): void {
  const petals = Array.from({ length: 12 }, (_, i): FigurePart => {
    const angle = (i * Math.PI) / 6;
    return { path: ovalPath(Math.cos(angle) * 8, -38 + Math.sin(angle) * 8, 3, 3), fill: i % 2 ? palette.gold : palette.butter };
  });
  const seeds = [0, 1, 2, 3, 4].map((i) => circle(Math.cos(i * 1.26) * 3, -38 + Math.sin(i * 1.26) * 3, 0.8, deep(palette.walnut))).join('');
  pot(model, { radius: 0.16, topRadius: 0.22, height: 0.32, colour });
  model.billboard({
    at: [0.25, 0.25, 0.32],
    radius: 0.2,
    height: 1.4,
    parts: [
      { path: 'M-1.4 0L-1 -32L1 -32L1.4 0Z', fill: palette.leaf },
      { path: leafPath(-24, 14, 4, -8), fill: palette.leaf },
      { path: leafPath(-158, 14, 4, -13), fill: FRESH },
      ...petals,
      { path: ovalPath(0, -38, 6.6, 6.6), fill: palette.walnut },
    ],
    detail: seeds,
    extent: [-14, -50, 14, 2],
    mirrored: mirrored(model),
  });
}

function cactus(model: Model, colour: string): void {
  pot(model, { radius: 0.16, topRadius: 0.21, height: 0.28, colour });
  const arm = (side: number, y: number): string =>
    `M${side * 5} ${y}H${side * 9}Q${side * 12} ${y} ${side * 12} ${y - 4}V${y - 9}Q${side * 12} ${y - 11} ${side * 10} ${y - 11}` +
    `Q${side * 8} ${y - 11} ${side * 8} ${y - 9}V${y - 5}H${side * 5}Z`;
  model.billboard({
    at: [0.25, 0.25, 0.28],
    radius: 0.2,
    height: 1.1,
    parts: [
      { path: arm(-1, -9), fill: palette.leaf },
      { path: arm(1, -13), fill: palette.leaf },
      { path: 'M-5.6 0V-26Q-5.6 -32 0 -32Q5.6 -32 5.6 -26V0Z', fill: palette.leaf },
      { path: heartPath(0, -33, 3.8), fill: palette.rose },
    ],
    detail: stroke('M-2 -4V-27M2.4 -4V-27', '#ffffff', 1.2, 0.5),
    extent: [-13, -38, 13, 2],
    mirrored: mirrored(model),
  });
}

function pottedPlant(model: Model, colour: string): void {
  pot(model, { radius: 0.14, topRadius: 0.18, height: 0.24, colour });
  leafFan(model, { at: [0.25, 0.25, 0.24], count: 7, length: 18, width: 5, colours: [palette.leaf, FRESH, palette.pine], radius: 0.17 });
}

function bonsai(model: Model, colour: string): void {
  model.box({ at: [0.04, 0.1, 0], size: [0.42, 0.3, 0.14], colour, round: 2.4, topColour: SOIL }).billboard({
    at: [0.25, 0.25, 0.14],
    radius: 0.15,
    height: 0.9,
    parts: [
      { path: 'M-2 0Q-6 -8 1 -12Q5 -16 1 -21L4 -22Q9 -15 4 -10Q0 -7 3 0Z', fill: palette.walnut },
      { path: ovalPath(-6.5, -13, 7.4, 4.8), fill: palette.pine },
      { path: ovalPath(8, -17, 6, 4), fill: palette.pine },
      { path: ovalPath(3, -25, 9, 6), fill: palette.leaf },
    ],
    detail: stroke('M-1 -28q4 -3 8 -2M-10 -14q3 -2 6 -1', '#ffffff', 1.3, 0.5),
    extent: [-15, -33, 16, 2],
    mirrored: mirrored(model),
  });
}

function flowerVase(model: Model, colour: string): void {
  const band = (half: number, height: number): string => rect(-half, -height * 0.7, 2 * half, 2, '#ffffff', { radius: 0, opacity: 0.6 });
  model
    .cylinder({ at: [0.25, 0.25, 0], radius: 0.1, topRadius: 0.13, height: 0.14, colour })
    .cylinder({ at: [0.25, 0.25, 0.14], radius: 0.13, topRadius: 0.08, height: 0.12, colour, topColour: deep(colour), mantle: band })
    .billboard({
      at: [0.25, 0.25, 0.26],
      radius: 0.12,
      height: 0.6,
      parts: [
        { path: 'M-0.8 1Q-3 -7 -6 -11L-4.6 -12Q-1 -7 0.8 1Z', fill: palette.leaf },
        { path: 'M-0.8 1Q2 -8 6 -10L7 -8.6Q3 -6 0.8 1Z', fill: palette.leaf },
        { path: 'M-0.8 1Q-0.6 -9 0 -14L1 -14Q1 -8 0.8 1Z', fill: palette.leaf },
        { path: heartPath(-5.4, -14, 3.8), fill: palette.rose },
        { path: heartPath(7, -12, 3.6), fill: palette.butter },
        { path: heartPath(0.6, -17.4, 4), fill: palette.coral },
      ],
      extent: [-11, -22, 12, 2],
      mirrored: mirrored(model),
    });
}

export const plants: DrawingFamily = {
  monstera,
  rubber_tree: rubberTree,
  bamboo,
  christmas_tree: christmasTree,
  sunflower,
  cactus,
  potted_plant: pottedPlant,
  bonsai,
  flower_vase: flowerVase,
};
