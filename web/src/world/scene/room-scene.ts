/** A room on a canvas: what stands in it, who walks in it, and what a visitor does to it. */
import { project, type Point } from '../iso/projection';
import { AVATAR_HEIGHT, SEATED_HEIGHT } from '../avatar/avatar';
import { STANDING } from '../avatar/pose';
import type { Theme } from '../room/theme';
import { Backdrop } from './backdrop';
import { overlaps } from './bubble-layout';
import { Camera, type Insets } from './camera';
import { Composer, type Composition } from './composer';
import { Controls, type ControlledScene } from './controls';
import { Crowd, type Presence } from './crowd';
import { Editor } from './editor';
import { Emitter } from './emitter';
import { FrameRate } from './frame-rate';
import { Gestures } from './gestures';
import { hitTest, type Hit } from './hit-test';
import { Night } from './night';
import { personOrigin, placePiece } from './order';
import { Overlay } from './overlay';
import { boundsOf, Painter, union, type View } from './painter';
import { avatarPicture } from './picture';
import { Previews } from './previews';
import { RoomList } from './room-list';
import { RoomState } from './room-state';
import { Sprites } from './sprites';
import { Stage } from './stage';
import type { Rect, SceneDrag, SceneEvents, SceneItem, SceneOptions, ScenePerson, SceneStats, Spot } from './types';

/** How long a zoom has to rest before sprites are made for it. */
const ZOOM_RESTS_MS = 160;
/** Sprites arrive in flocks; the backdrop waits for so much of one. */
const BACKDROP_EVERY_MS = 90;
const SPRITE_SCALE_MAX = 4;
const FINGER_REACH = 10;
const FRAME_SECONDS_MAX = 0.1;

export class RoomScene implements ControlledScene {
  readonly camera = new Camera();
  readonly editor = new Editor();
  readonly events = new Emitter<SceneEvents>();
  readonly state = new RoomState();
  readonly crowd: Crowd;
  private readonly stage: Stage;
  private readonly overlay: Overlay;
  private readonly previews: Previews;
  private readonly list: RoomList;
  private readonly sprites: Sprites;
  private readonly composer: Composer;
  private readonly painter: Painter;
  private readonly backdrop = new Backdrop();
  private readonly night = new Night();
  private readonly controls = new Controls(this);
  private readonly gestures: Gestures;
  private readonly rate = new FrameRate();
  private readonly pins = new Map<HTMLElement, number>();
  private readonly painted = new Map<string, { signature: string; bounds: Rect | undefined }>();
  private composition: Composition = { figures: [], floating: [] };
  private people: readonly ScenePerson[] = [];
  private selfId: string | null = null;
  private insets: Insets | undefined;
  private following = true;
  private stale = { frame: true, backdrop: true, backdropAt: 0, zoomedAt: 0, overlay: true };
  private spriteScale = 0;
  private isFurnished = false;
  private isReady = false;
  private lastTick = performance.now();
  private request = 0;

  constructor(host: HTMLElement, options: SceneOptions) {
    this.stage = new Stage(host, options, () => this.resized());
    this.crowd = new Crowd(options.reducedMotion);
    this.overlay = new Overlay(this.stage.overlay);
    this.previews = new Previews(this.stage.overlay);
    this.list = new RoomList(this.stage.list, options.locale, this.controls);
    this.sprites = new Sprites((key) => this.spriteArrived(key), (error) => reportError(error));
    this.composer = new Composer(this.sprites);
    this.painter = new Painter(this.stage.canvas);
    this.gestures = new Gestures(this.stage.canvas, this.controls);
    this.stage.onKey((key) => this.controls.placingKey(key));
    this.resized();
    this.request = requestAnimationFrame(this.tick);
  }

  setTheme(theme: Theme): void {
    this.state.theme = { ...theme };
    this.itemsChanged();
  }

  setItems(items: readonly SceneItem[]): void {
    this.isFurnished = true;
    this.state.setItems(items);
    if (this.editor.carried && !this.state.find(this.editor.carried.item.id)) {
      this.editor.release();
      this.events.emit('dragend', {});
    }
    this.itemsChanged();
  }

  setPeople(people: readonly ScenePerson[]): void {
    this.people = people;
    const alreadyIn = this.crowd.self !== undefined;
    this.crowd.setPeople(people, performance.now());
    if (!alreadyIn) this.lookAtSelf();
    this.composer.forget(new Set(people.map(({ id }) => id)));
    this.list.setPeople(people, this.selfId);
    this.stale.overlay = true;
  }

  setSelf(id: string | null): void {
    this.selfId = id;
    this.crowd.setSelf(id, performance.now());
    this.lookAtSelf();
    this.list.setPeople(this.people, id);
    this.following = true;
    this.stale.frame = true;
  }

  /** Space, in pixels, that other things cover at the edges of the host. */
  setInsets(insets: Insets): void {
    this.insets = insets;
    this.resized();
  }

  /** Who is writing, by id. */
  setTyping(ids: ReadonlySet<string>): void {
    this.overlay.setTyping(ids);
    this.stale.overlay = true;
  }

  /** What others drag just now. */
  setDrags(drags: readonly SceneDrag[]): void {
    this.previews.set(drags);
    this.marksChanged();
  }

  /** A text of nothing but an emoji or two pops up; anything else is a bubble. */
  say(personId: string, text: string): void {
    if (/^(\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F?){1,2}$/u.test(text.trim())) this.emote(personId, text.trim());
    else this.overlay.say(personId, text, performance.now());
    this.stale.overlay = true;
  }

  emote(personId: string, emoji: string): void {
    this.overlay.emote(personId, emoji, performance.now());
    this.stale.overlay = true;
  }

  setEditing(on: boolean): void {
    this.editor.on = on;
    this.editor.release();
    if (!on) this.editor.select([]);
    this.itemsChanged();
  }

  select(ids: readonly number[]): void {
    this.editor.select(ids);
    this.marksChanged();
  }

  on<Name extends keyof SceneEvents>(event: Name, handler: (detail: SceneEvents[Name]) => void): () => void {
    return this.events.on(event, handler);
  }

  /** A new item follows the pointer until it is put down; `at` is where it first shows, in the host's pixels. */
  beginPlacing(kind: string, color = '', at: Point = this.stage.middle): void {
    if (this.editor.beginPlacing(this.state.items, kind, color, this.camera.toWorld(at))) this.itemsChanged();
  }

  rotatePlacing(): void {
    this.controls.placingKey('r');
  }

  cancelPlacing(): void {
    this.controls.placingKey('Escape');
  }

  /** Whether there is a way, or a seat. */
  walkTo(x: number, y: number): boolean {
    this.following = true;
    return this.crowd.walkTo({ x, y }, this.state.ground);
  }

  nudge(dx: number, dy: number): boolean {
    this.following = true;
    return this.crowd.nudge(dx, dy, this.state.ground);
  }

  /** Keeps an element over an item, inside the host; returns how to let go of it. */
  pin(element: HTMLElement, itemId: number): () => void {
    this.stage.addPin(element);
    this.pins.set(element, itemId);
    this.stale.overlay = true;
    return () => {
      this.pins.delete(element);
      element.remove();
    };
  }

  stats(): SceneStats {
    const { frames, paints, fps } = this.rate;
    return { frames, paints, fps, items: this.state.items.length, people: this.crowd.size, pending: this.sprites.pending };
  }

  destroy(): void {
    cancelAnimationFrame(this.request);
    this.gestures.stop();
    this.sprites.stop();
    this.events.clear();
    this.stage.destroy();
  }

  hit(at: Point, touch: boolean): Hit {
    const reach = touch ? FINGER_REACH / this.camera.zoom : 0;
    // whoever furnishes reaches through people
    const solid = this.composition.figures.filter(({ personId }) => personId === undefined || !this.editor.on);
    return hitTest(this.camera.toWorld(at), reach, solid, this.state, this.sprites);
  }

  itemsChanged(): void {
    this.list.setItems(this.state.items, this.editor.on);
    this.stale.backdrop = true;
    this.stale.backdropAt = 0;
    this.marksChanged();
  }

  marksChanged(): void {
    this.stale.frame = true;
    this.stale.overlay = true;
  }

  cameraMoved(byHand: boolean): void {
    this.following = !byHand;
    this.stale.zoomedAt = performance.now();
    this.marksChanged();
  }

  focusItem(id: number | null): void {
    this.composer.focused = id;
    this.marksChanged();
  }

  announce(item: SceneItem, spot: Spot, state: 'moving' | 'blocked' | 'placed'): void {
    this.list.announceSpot(item, spot, state);
  }

  private resized(): void {
    const { width, height } = this.stage;
    this.camera.resize(width, height, this.insets);
    this.overlay.setNarrow(this.camera.narrow);
    this.painter.resize(Math.round(width * this.stage.pixelRatio), Math.round(height * this.stage.pixelRatio));
    this.lookAtSelf();
    this.stale.zoomedAt = 0;
    this.marksChanged();
  }

  private spriteArrived(key: string): void {
    if (key.startsWith('avatar:')) return;
    this.stale.frame = true;
    this.stale.backdrop = true;
  }

  private readonly tick = (now: number): void => {
    this.request = requestAnimationFrame(this.tick);
    const seconds = Math.min(FRAME_SECONDS_MAX, Math.max(0, (now - this.lastTick) / 1000));
    this.lastTick = now;
    const people = this.crowd.step(now, seconds, this.state.ground);
    this.reportWalk(now, people);
    this.followSelf(seconds);
    this.settleScale(now);
    this.refreshBackdrop(now);
    const painted = this.paint(people);
    if (painted || this.stale.overlay || this.overlay.lively) this.placeOverlay(people, now);
    this.rate.tick(now, painted);
    if (!this.isReady && this.isFurnished && painted && this.sprites.pending === 0 && !this.stale.backdrop) {
      this.isReady = true;
      this.events.emit('ready', {});
    }
  };

  private reportWalk(now: number, people: readonly Presence[]): void {
    const step = this.crowd.self?.report(now);
    if (!step) return;
    const sitting = people.find(({ self }) => self)?.seat !== undefined;
    this.events.emit('walk', { ...step, sitting });
  }

  /** On a phone the picture goes with one's own avatar, until it is moved by hand. */
  private followSelf(seconds: number): void {
    const { self } = this.crowd;
    if (!self || !this.following || !this.camera.narrow) return;
    if (this.camera.follow(this.eyeOf(self.motion), seconds)) this.marksChanged();
  }

  private lookAtSelf(): void {
    if (this.camera.narrow && this.crowd.self && this.following) this.camera.lookAt(this.eyeOf(this.crowd.self.motion));
  }

  private eyeOf({ x, y }: Point): Point {
    const feet = project(x, y);
    return { x: feet.x, y: feet.y - 34 };
  }

  private settleScale(now: number): void {
    const wanted = Math.min(SPRITE_SCALE_MAX, this.camera.zoom * this.stage.pixelRatio);
    if (wanted === this.spriteScale || now - this.stale.zoomedAt < ZOOM_RESTS_MS) return;
    this.spriteScale = wanted;
    this.sprites.setScale(wanted);
    this.stale.backdrop = true;
    this.marksChanged();
  }

  private refreshBackdrop(now: number): void {
    const { stale } = this;
    if (!stale.backdrop || (this.sprites.pending > 0 && now - stale.backdropAt < BACKDROP_EVERY_MS)) return;
    stale.backdrop = false;
    stale.backdropAt = now;
    stale.frame = true;
    const { theme, items, night } = this.state;
    this.backdrop.paint(theme, items, this.editor.absent(), this.sprites, this.spriteScale);
    if (night) this.night.light(items, (item) => this.composer.spriteOfItem(item, night));
  }

  /** Paints all of a stale frame, or what people's movements touched; whether anything was painted. */
  private paint(people: readonly Presence[]): boolean {
    const view = this.view;
    const parts = this.changedParts(people, view);
    if (!this.stale.frame && parts.length === 0) return false;
    this.composition = this.composer.compose(this.state, this.editor, people, this.previews.drags);
    const frame = {
      ...this.composition,
      backdrop: this.backdrop,
      marks: this.composer.marks(this.state, this.editor),
      night: this.state.night ? this.night : undefined,
    };
    this.painter.paint(frame, view, this.stale.frame ? undefined : parts);
    this.stale.frame = false;
    return true;
  }

  private changedParts(people: readonly Presence[], view: View): Rect[] {
    const parts: Rect[] = [];
    const present = new Set<string>();
    for (const person of people) {
      present.add(person.id);
      const signature = this.composer.signature(person, person.self);
      const before = this.painted.get(person.id);
      if (before?.signature === signature) continue;
      const figure = this.composer.figureOf(person);
      const bounds = figure && boundsOf(figure, view);
      if (before?.bounds && bounds && overlaps(before.bounds, bounds)) parts.push(union(before.bounds, bounds));
      else parts.push(...[before?.bounds, bounds].filter((rect) => rect !== undefined));
      this.painted.set(person.id, { signature, bounds });
    }
    for (const [id, { bounds }] of this.painted) {
      if (present.has(id)) continue;
      this.painted.delete(id);
      if (bounds) parts.push(bounds);
    }
    return parts;
  }

  private get view(): View {
    const { pixelRatio, width, height } = this.stage;
    const { x, y } = this.camera.offset;
    return {
      width: width * pixelRatio,
      height: height * pixelRatio,
      scale: this.camera.zoom * pixelRatio,
      offset: { x: x * pixelRatio, y: y * pixelRatio },
    };
  }

  private placeOverlay(people: readonly Presence[], now: number): void {
    this.stale.overlay = false;
    const { zoom } = this.camera;
    const onScreen = people.map((person) => ({
      person,
      feet: this.camera.toScreen(personOrigin(person)),
      height: (person.seat ? SEATED_HEIGHT : AVATAR_HEIGHT) * zoom,
      zoom,
    }));
    this.overlay.update(onScreen, this.stage.free(this.insets), now);
    this.previews.place(this.state, this.camera);
    for (const [element, itemId] of this.pins) this.placePin(element, itemId);
    if (this.selfId !== null) this.prepareOwnSteps();
  }

  private placePin(element: HTMLElement, itemId: number): void {
    const standing = this.state.find(itemId);
    const { carried } = this.editor;
    const item = standing && carried?.item.id === itemId ? { ...standing, ...carried.move.spot } : standing;
    if (!item) {
      element.hidden = true;
      return;
    }
    element.hidden = false;
    const { origin, box } = placePiece(this.state.items, item);
    const top = { x: origin.x + (box.w - box.d) * 16, y: origin.y - (item.place === 0 ? box.h * 36 : 60) };
    this.stage.movePin(element, this.camera.toScreen(top));
  }

  /** Has the pictures of one's own walk ready before the first step. */
  private prepareOwnSteps(): void {
    const me = this.people.find(({ id }) => id === this.selfId);
    if (!me || this.sprites.pending > 0) return;
    for (const view of ['front', 'back'] as const) {
      for (const frame of [0, 1, 3] as const) this.sprites.get(avatarPicture(me.look, { ...STANDING, view, frame }));
    }
  }
}
