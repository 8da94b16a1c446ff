/** Room documents and people as the scene wants them. */
import type { SceneItem } from '../../world/scene';

interface DocumentItem {
  readonly id: number;
  readonly kind: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
  readonly rotation: number;
  readonly color: string;
}

export function toSceneItem({ id, kind, place, x, y, rotation, color }: DocumentItem): SceneItem {
  return { id, kind, place: place === 1 || place === 2 ? place : 0, x, y, rot: rotation, color };
}

export function toSceneItems(items: Iterable<DocumentItem>): SceneItem[] {
  return Array.from(items, toSceneItem);
}
