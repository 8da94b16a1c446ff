/** The solids of one item, gathered in any order and painted in the right one. */
import { isoSort, type Box3 } from './depth';
import type { Drawing } from './drawing';
import { Frame } from './frame';
import type { Rotation } from './projection';
import { ballSolid, type BallSpec } from './solids/ball';
import { billboardSolid, type BillboardSpec } from './solids/billboard';
import { boxSolid, type BoxSpec } from './solids/box';
import { cylinderSolid, type CylinderSpec } from './solids/cylinder';
import { panelSolid, type PanelSpec } from './solids/panel';
import type { Solid } from './solids/solid';

/** Room around the solids for the outline and rounded edges, in pixels. */
const MARGIN = 5;

export class Model {
  private readonly frame: Frame;
  private readonly solids: Solid[] = [];

  /** Footprint in tiles at rotation 0; `key` (kind and colour) keeps gradient ids apart.
   *  Light comes from the left, except onto what faces right on a wall. */
  constructor(
    readonly width: number,
    readonly depth: number,
    readonly rotation: Rotation,
    key: string,
    litFrom: 'left' | 'right' = 'left',
  ) {
    this.frame = new Frame(width, depth, rotation, key, litFrom);
  }

  /** Whether the model's front is among the two sides in view. */
  get showsFront(): boolean {
    return this.frame.sidesShown().includes('front');
  }

  box(spec: BoxSpec): this {
    this.solids.push(boxSolid(this.frame, spec));
    return this;
  }

  cylinder(spec: CylinderSpec): this {
    this.solids.push(cylinderSolid(this.frame, spec));
    return this;
  }

  ball(spec: BallSpec): this {
    this.solids.push(ballSolid(this.frame, spec));
    return this;
  }

  billboard(spec: BillboardSpec): this {
    this.solids.push(billboardSolid(this.frame, spec));
    return this;
  }

  panel(spec: PanelSpec): this {
    this.solids.push(panelSolid(this.frame, spec));
    return this;
  }

  /** The space each solid takes, turned, in the order they were added. */
  boxes(): Box3[] {
    return this.solids.map((solid) => solid.box);
  }

  finish(): Drawing {
    const ordered = isoSort(this.boxes()).flatMap((index) => this.solids[index] ?? []);
    const layers = ordered.map((solid) => solid.outline).join('') + ordered.map((solid) => solid.body).join('');
    return {
      ...this.frame.bounds(MARGIN),
      body: this.frame.paints.markup() + layers,
      ground: ordered.map((solid) => solid.ground).join(''),
    };
  }
}
