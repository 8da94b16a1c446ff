/** What goes into a scene and what comes out of it. */
import type { Place } from '../catalogue';

export interface SceneItem {
  readonly id: number;
  readonly kind: string;
  readonly place: Place;
  /** Half tiles; on a wall, y is half z-units up. */
  readonly x: number;
  readonly y: number;
  readonly rot: number;
  /** A palette name, or "" for the item's own colour. */
  readonly color: string;
}

export interface ScenePerson {
  readonly id: string;
  readonly name: string;
  readonly look: readonly number[];
  /** Tiles. */
  readonly x: number;
  readonly y: number;
  readonly facing: number;
  readonly moving: boolean;
  readonly away?: boolean;
  /** Shown at the name. */
  readonly note?: PersonNote | undefined;
}

export type PersonNote = 'busy' | 'idle';

/** A piece somebody else is dragging, where it would come to stand. */
export interface SceneDrag extends Spot {
  readonly person: string;
  readonly name: string;
  readonly item: number;
  readonly rot: number;
}

/** Where an item may come to stand. */
export interface Spot {
  readonly place: Place;
  readonly x: number;
  readonly y: number;
}

export interface CarriedItem {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

export interface SceneEvents {
  /** A tap on the floor, in tiles. */
  floor: { x: number; y: number };
  item: { id: number };
  person: { id: string };
  /** The selection changed by hand: a tap, a drag or the keyboard. The last id is the one meant most. */
  select: { ids: readonly number[] };
  dragpreview: Spot & { id: number; rot: number; legal: boolean };
  /** What was dragged is no longer in hand, dropped or not. */
  dragend: Record<string, never>;
  /** `carried`: what stands on the dropped item or is selected with it, and goes along. */
  drop: Spot & { id: number; legal: boolean; carried: readonly CarriedItem[] };
  place: Spot & { kind: string; color: string; rot: number; legal: boolean };
  placecancel: { kind: string };
  /** Own avatar, at most ten a second, in hundredths of a tile. */
  walk: { x: number; y: number; facing: number; moving: boolean; sitting: boolean };
  /** The scene stands still and complete: every sprite it needs is there. */
  ready: Record<string, never>;
}

export interface SceneOptions {
  readonly locale: 'ko' | 'en';
  readonly reducedMotion: boolean;
}

export interface SceneStats {
  /** Ticks of the animation loop since the start. */
  readonly frames: number;
  /** How many of them had something to paint. */
  readonly paints: number;
  readonly fps: number;
  readonly items: number;
  readonly people: number;
  /** Sprites asked for and not there yet. */
  readonly pending: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
