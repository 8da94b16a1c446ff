/** Decides what a frame shows: sprites in order, who fades, who shows through, what is outlined. */
import type { Presence } from './crowd';
import type { Editor } from './editor';
import { markFloorGrid, markSpot, markWallGrid } from './marks';
import { findOcclusion } from './occlusion';
import { paintOrder, personOrigin, placePiece, type PlacedPiece } from './order';
import type { Figure, Stroke } from './painter';
import { avatarPicture, itemPicture } from './picture';
import type { RoomState } from './room-state';
import type { Sprite, Sprites } from './sprites';
import { STANDING } from '../avatar/pose';
import type { SceneDrag, SceneItem } from './types';

const FADED_ALPHA = 0.66;
const AWAY_ALPHA = 0.8;
/** Share of the way to the wanted alpha in a frame. */
const FADE_STEP = 0.2;
/** How far a carried item is lifted, in pixels at scale 1. */
const LIFT = 7;
const SELECTED: Stroke = { colour: '#e8576f', width: 2.2 };
const FOCUSED: Stroke = { colour: '#f0a01e', width: 2.2 };
const CLASHING: Stroke = { colour: '#d63c58', width: 2.4 };
const OTHERS: Stroke = { colour: '#7a4fd0', width: 1.8 };
const OTHERS_ALPHA = 0.55;

export interface Composition {
  readonly figures: readonly Figure[];
  readonly floating: readonly Figure[];
}

export class Composer {
  focused: number | null = null;
  private hidden: ReadonlySet<string> = new Set();
  private fading: ReadonlySet<string> = new Set();
  private readonly alphas = new Map<string, number>();

  constructor(private readonly sprites: Sprites) {}

  /** Moves fades on by a frame; what is to be painted of a person is equal as long as this string is. */
  signature(person: Presence, urgent: boolean): string {
    const wanted = this.fading.has(person.id) ? FADED_ALPHA : person.away ? AWAY_ALPHA : 1;
    const was = this.alphas.get(person.id) ?? wanted;
    const alpha = Math.abs(wanted - was) < 0.03 ? wanted : was + (wanted - was) * FADE_STEP;
    this.alphas.set(person.id, alpha);
    const sprite = this.spriteOf(person, urgent);
    return `${person.x.toFixed(3)} ${person.y.toFixed(3)} ${person.z} ${sprite?.key} ${sprite?.scale} ${person.pose.mirror} ${alpha.toFixed(2)} ${this.hidden.has(person.id)}`;
  }

  compose(state: RoomState, editor: Editor, people: readonly Presence[], drags: readonly SceneDrag[]): Composition {
    const absent = editor.absent();
    const figures = paintOrder(state.standing(absent), people).flatMap((actor) =>
      actor.person ? this.personFigure(actor.person) : this.itemFigure(actor.piece, state.night, this.rimOf(actor.piece.item, editor)),
    );
    const occlusion = findOcclusion(figures);
    this.hidden = occlusion.hidden;
    this.fading = occlusion.fading;
    return { figures: [...figures, ...this.wallRims(state, editor, absent)], floating: [...this.previews(state, drags), ...this.floating(state, editor)] };
  }

  /** Sprites of everyone who left. */
  forget(present: ReadonlySet<string>): void {
    for (const id of this.alphas.keys()) if (!present.has(id)) this.alphas.delete(id);
  }

  figureOf(person: Presence): Figure | undefined {
    return this.personFigure(person)[0];
  }

  marks(state: RoomState, editor: Editor): ((context: CanvasRenderingContext2D) => void) | undefined {
    if (!editor.on && !editor.ghost) return undefined;
    const inHand = editor.floating[0];
    const selected = editor.selection.flatMap((id) => state.find(id) ?? []);
    return (context) => {
      if (inHand?.place || selected.at(-1)?.place) markWallGrid(context);
      markFloorGrid(context);
      if (inHand) markSpot(context, inHand, editor.legal ? 'fits' : 'clashes');
      else for (const item of selected) markSpot(context, item, 'picked');
    };
  }

  private personFigure(person: Presence): Figure[] {
    const sprite = this.spriteOf(person, person.self);
    if (!sprite) return [];
    return [
      {
        sprite,
        origin: personOrigin(person),
        mirror: person.pose.mirror,
        personId: person.id,
        alpha: this.alphas.get(person.id) ?? 1,
        shownThrough: this.hidden.has(person.id),
        shadow: !person.seat,
      },
    ];
  }

  /** The sprite of the moment; while it is being made, the one of plain standing. */
  private spriteOf({ look, pose }: Presence, urgent: boolean): Sprite | undefined {
    const exact = this.sprites.get(avatarPicture(look, pose), urgent);
    return exact ?? this.sprites.get(avatarPicture(look, { ...STANDING, view: pose.view, sit: pose.sit }), true);
  }

  private itemFigure({ item, origin }: PlacedPiece, night: boolean, rim: Stroke | undefined, alpha = 1): Figure[] {
    const sprite = this.spriteOfItem(item, night);
    return sprite ? [{ sprite, origin, mirror: false, itemId: item.id, alpha, rim, shownThrough: false, shadow: false }] : [];
  }

  spriteOfItem(item: SceneItem, night: boolean): Sprite | undefined {
    const picture = itemPicture(item, night);
    return picture && this.sprites.get(picture);
  }

  private rimOf({ id }: SceneItem, editor: Editor): Stroke | undefined {
    if (editor.on && editor.selection.includes(id)) return SELECTED;
    return id === this.focused ? FOCUSED : undefined;
  }

  /** Wall pieces and rugs are in the backdrop; only a selected one is painted again, for its rim. */
  private wallRims(state: RoomState, editor: Editor, absent: ReadonlySet<number>): Figure[] {
    const standing = new Set(state.standing(absent).map(({ item }) => item.id));
    return [...new Set([...editor.selection, this.focused])].flatMap((id) => {
      const item = state.find(id);
      const rim = item && this.rimOf(item, editor);
      if (!item || !rim || standing.has(item.id) || absent.has(item.id)) return [];
      return this.itemFigure(placePiece(state.items, item), state.night, rim, 0);
    });
  }

  /** What others are dragging, over where it still stands. */
  private previews(state: RoomState, drags: readonly SceneDrag[]): Figure[] {
    return drags.flatMap((drag) => {
      const piece = previewOf(state, drag);
      return piece ? this.itemFigure(piece, state.night, OTHERS, OTHERS_ALPHA) : [];
    });
  }

  private floating(state: RoomState, editor: Editor): Figure[] {
    const riders = new Map((editor.carried?.move.carried ?? []).map((rider) => [rider.id, rider]));
    const moved = state.items.flatMap((item) => {
      const rider = riders.get(item.id);
      return rider ? [{ ...item, x: rider.x, y: rider.y }] : [];
    });
    const held = editor.floating;
    const absent = editor.absent();
    const around = [...state.items.filter(({ id }) => !absent.has(id)), ...held];
    const rim = editor.legal ? SELECTED : CLASHING;
    return [...held, ...moved].flatMap((item) => {
      const piece = placePiece(around, item);
      const lifted = { ...piece, origin: { x: piece.origin.x, y: piece.origin.y - (item.place === 0 ? LIFT : 0) } };
      return this.itemFigure(lifted, state.night, rim, editor.legal ? 0.94 : 0.6);
    });
  }
}

/** Where a piece in another's hand is shown; undefined when the room has no such piece. */
export function previewOf(state: RoomState, { item: id, place, x, y, rot }: SceneDrag): PlacedPiece | undefined {
  const item = state.find(id);
  const around = state.items.filter((other) => other.id !== id);
  return item && placePiece(around, { ...item, place, x, y, rot });
}
