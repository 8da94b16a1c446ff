/** The standing room: items and theme, with what follows from them worked out once a change. */
import type { Theme } from '../room/theme';
import type { Ground } from './crowd';
import { placePiece, standsOnFloor, type PlacedPiece } from './order';
import { WalkGrid } from './pathfinding';
import { allSeats } from './seating';
import type { CarriedItem, SceneItem, Spot } from './types';

export class RoomState {
  theme: Theme = { wallpaper: '', flooring: '', light: 'day' };
  private document: readonly SceneItem[] = [];
  private walkable: Ground = { grid: new WalkGrid([]), seats: [] };
  private pieces: readonly PlacedPiece[] = [];

  get items(): readonly SceneItem[] {
    return this.document;
  }

  get ground(): Ground {
    return this.walkable;
  }

  get night(): boolean {
    return this.theme.light === 'night';
  }

  setItems(items: readonly SceneItem[]): void {
    this.document = items;
    this.walkable = { grid: new WalkGrid(items), seats: allSeats(items) };
    this.pieces = items.filter(standsOnFloor).map((item) => placePiece(items, item));
  }

  find(id: number | null): SceneItem | undefined {
    return id === null ? undefined : this.document.find((item) => item.id === id);
  }

  /** What stands on the floor, without what is in hand. */
  standing(absent: ReadonlySet<number>): readonly PlacedPiece[] {
    return absent.size === 0 ? this.pieces : this.pieces.filter(({ item }) => !absent.has(item.id));
  }

  /** Shows a move at once, before the owner of the items confirms it. */
  moved(id: number, spot: Spot, carried: readonly CarriedItem[]): void {
    const riders = new Map(carried.map((rider) => [rider.id, rider]));
    this.setItems(
      this.document.map((item) => {
        if (item.id === id) return { ...item, ...spot };
        const rider = riders.get(item.id);
        return rider ? { ...item, x: rider.x, y: rider.y } : item;
      }),
    );
  }
}
