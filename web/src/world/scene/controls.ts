/** What pointers and keys do: walk, choose, furnish, look around. */
import { ROOM_SIZE } from '../catalogue';
import { unproject, type Point } from '../iso/projection';
import type { Camera } from './camera';
import type { Crowd } from './crowd';
import type { Editor } from './editor';
import type { Emitter } from './emitter';
import type { GestureHandlers } from './gestures';
import { isRug, type Hit } from './hit-test';
import type { RoomListHandlers } from './room-list';
import type { RoomState } from './room-state';
import { seatSpots } from './seating';
import type { SceneEvents, SceneItem, Spot } from './types';

const WHEEL_ZOOM = 0.0016;

/** What the controls need of the scene around them. */
export interface ControlledScene {
  readonly camera: Camera;
  readonly crowd: Crowd;
  readonly editor: Editor;
  readonly events: Emitter<SceneEvents>;
  readonly state: RoomState;
  hit(at: Point, touch: boolean): Hit;
  /** Items changed, came into hand or out of it. */
  itemsChanged(): void;
  /** Only marks and rims changed. */
  marksChanged(): void;
  cameraMoved(byHand: boolean): void;
  focusItem(id: number | null): void;
  announce(item: SceneItem, spot: Spot, state: 'moving' | 'blocked' | 'placed'): void;
}

export class Controls implements GestureHandlers, RoomListHandlers {
  constructor(private readonly scene: ControlledScene) {}

  canDrag(at: Point, touch: boolean): boolean {
    const { editor } = this.scene;
    if (editor.ghost) return true;
    if (!editor.on) return false;
    const hit = this.scene.hit(at, touch);
    return hit.on === 'item' && (!touch || editor.selection.includes(hit.id));
  }

  dragStart(at: Point): void {
    const { editor, state, camera } = this.scene;
    if (editor.ghost) return;
    const hit = this.scene.hit(at, false);
    const item = state.find(hit.on === 'item' ? hit.id : editor.selected);
    if (!item) return;
    if (!editor.selection.includes(item.id)) this.choose([item.id]);
    editor.grab(state.items, item, camera.toWorld(at));
    this.scene.itemsChanged();
  }

  dragMove(at: Point): void {
    const { editor, state, camera } = this.scene;
    if (editor.ghost) this.aim(at);
    else if (editor.drag(state.items, camera.toWorld(at))) this.preview();
  }

  dragEnd(): void {
    if (this.scene.editor.ghost) this.putDownGhost();
    else this.putDown();
  }

  dragCancel(): void {
    this.letGo();
  }

  tap(at: Point, touch: boolean, add: boolean): void {
    const { editor, events } = this.scene;
    if (editor.ghost) {
      this.aim(at);
      this.putDownGhost();
      return;
    }
    const hit = this.scene.hit(at, touch);
    if (hit.on === 'person' && !editor.on) events.emit('person', { id: hit.id });
    else if (hit.on === 'item') this.tapItem(hit.id, at, add);
    else if (!editor.on || !add) this.tapFloor(hit.on === 'floor' ? hit : this.floorUnder(at));
  }

  hold(at: Point): boolean {
    const { editor } = this.scene;
    const hit = editor.on && !editor.ghost ? this.scene.hit(at, true) : undefined;
    if (hit?.on !== 'item') return false;
    this.toggle(hit.id);
    return true;
  }

  hover(at: Point): void {
    if (this.scene.editor.ghost) this.aim(at);
  }

  pan(dx: number, dy: number): void {
    this.scene.camera.panBy(dx, dy);
    this.scene.cameraMoved(true);
  }

  pinch(at: Point, factor: number): void {
    this.scene.camera.zoomAt(at, factor);
    this.scene.cameraMoved(true);
  }

  wheel(at: Point, deltaY: number): boolean {
    const { editor, state } = this.scene;
    if (editor.ghost) {
      editor.turn(state.items, deltaY > 0 ? 1 : -1);
      this.scene.itemsChanged();
    } else {
      this.pinch(at, Math.exp(-deltaY * WHEEL_ZOOM));
    }
    return true;
  }

  /** Keys while a new item looks for its spot, or one is dragged; whether this one was meant. */
  placingKey(key: string): boolean {
    const { editor, state, events } = this.scene;
    if (editor.carried && key === 'Escape') {
      this.letGo();
      return true;
    }
    if (!editor.ghost) return false;
    if (key === 'Escape') {
      events.emit('placecancel', { kind: editor.ghost.item.kind });
      editor.endPlacing();
    } else if (key.toLowerCase() === 'r') {
      editor.turn(state.items, 1);
    } else {
      return false;
    }
    this.scene.itemsChanged();
    return true;
  }

  itemFocused(id: number | null): void {
    const { editor } = this.scene;
    if (id === null || !editor.on) this.scene.focusItem(id);
    else if (!editor.selection.includes(id)) this.choose([id]);
    if (id === null) this.letGo();
  }

  itemChosen(id: number): void {
    if (this.scene.editor.on) this.choose([id]);
    this.scene.events.emit('item', { id });
  }

  itemKey(id: number, key: 'move' | 'commit' | 'cancel', dx: number, dy: number): boolean {
    const { editor, state } = this.scene;
    const item = state.find(id);
    if (!editor.on || !item) return false;
    if (key === 'move') {
      const [x, y] = item.place === 0 ? [dx, dy] : [item.place === 1 ? -dx : dx, -dy];
      if (editor.step(state.items, item, x, y)) {
        this.preview();
        this.scene.itemsChanged();
      }
      this.scene.announce(item, editor.carried?.move.spot ?? item, editor.legal ? 'moving' : 'blocked');
      return true;
    }
    if (!editor.carried) return false;
    if (key === 'commit') this.putDown();
    else this.dragCancel();
    return true;
  }

  personChosen(id: string): void {
    this.scene.events.emit('person', { id });
  }

  private tapItem(id: number, at: Point, add: boolean): void {
    const { editor, crowd, state, events } = this.scene;
    const item = state.find(id);
    if (!item) return;
    if (editor.on && add) {
      this.toggle(id);
    } else if (editor.on) {
      this.choose([id]);
      events.emit('item', { id });
    } else if (isRug(item.kind)) {
      this.tapFloor(this.floorUnder(at));
    } else {
      events.emit('item', { id });
      const seat = nearestSeatOf(item, this.floorUnder(at));
      if (seat) crowd.walkTo(seat, state.ground);
      this.scene.cameraMoved(false);
    }
  }

  private tapFloor(at: Point): void {
    const { editor, crowd, events, state } = this.scene;
    if (editor.on) {
      this.choose([]);
    } else {
      crowd.walkTo(at, state.ground);
      this.scene.cameraMoved(false);
    }
    events.emit('floor', { x: at.x, y: at.y });
  }

  private choose(ids: readonly number[]): void {
    const { editor, events } = this.scene;
    const { selection } = editor;
    if (selection.length === ids.length && selection.every((id, at) => id === ids[at])) return;
    editor.select(ids);
    events.emit('select', { ids });
    this.scene.marksChanged();
  }

  private toggle(id: number): void {
    const { editor, events } = this.scene;
    editor.toggle(id);
    events.emit('select', { ids: editor.selection });
    this.scene.marksChanged();
  }

  /** What is in hand goes back to where it was. */
  private letGo(): void {
    if (!this.scene.editor.release()) return;
    this.scene.itemsChanged();
    this.scene.events.emit('dragend', {});
  }

  private preview(): void {
    const { editor, events } = this.scene;
    if (!editor.carried) return;
    const { item, move } = editor.carried;
    events.emit('dragpreview', { id: item.id, rot: item.rot, ...move.spot, legal: move.legal });
    this.scene.marksChanged();
  }

  private putDown(): void {
    const { editor, events, state } = this.scene;
    const carried = editor.release();
    if (!carried) return;
    const { item, move } = carried;
    const { spot, legal } = move;
    const stayed = spot.place === item.place && spot.x === item.x && spot.y === item.y;
    if (legal && !stayed) state.moved(item.id, spot, move.carried);
    this.scene.itemsChanged();
    if (!stayed) {
      this.scene.announce(item, spot, legal ? 'placed' : 'blocked');
      events.emit('drop', { id: item.id, ...spot, legal, carried: move.carried });
    }
    events.emit('dragend', {});
  }

  private aim(at: Point): void {
    const { editor, state, camera } = this.scene;
    editor.aim(state.items, camera.toWorld(at));
    this.scene.marksChanged();
  }

  /** A spot that does not fit keeps the new item in hand. */
  private putDownGhost(): void {
    const { editor, events } = this.scene;
    if (!editor.ghost) return;
    const { item, move } = editor.ghost;
    if (move.legal) editor.endPlacing();
    this.scene.itemsChanged();
    events.emit('place', { kind: item.kind, color: item.color, rot: item.rot, ...move.spot, legal: move.legal });
  }

  /** The floor point below a screen point, brought inside the room. */
  private floorUnder(at: Point): Point {
    const { x, y } = unproject(this.scene.camera.toWorld(at));
    return { x: insideRoom(x), y: insideRoom(y) };
  }
}

function insideRoom(tiles: number): number {
  return Math.min(ROOM_SIZE / 2 - 0.25, Math.max(0.25, tiles));
}

function nearestSeatOf(item: SceneItem, at: Point): Point | undefined {
  return seatSpots(item).toSorted((a, b) => Math.hypot(a.x - at.x, a.y - at.y) - Math.hypot(b.x - at.x, b.y - at.y))[0];
}
