/** Name tags, speech bubbles and emotes over the canvas, as elements. */
import type { Point } from '../iso/projection';
import { layoutBubbles, layoutNames, type BubbleRequest } from './bubble-layout';
import type { Presence } from './crowd';
import css from './scene.module.css';
import type { Rect } from './types';

const MARGIN = 6;
const SHOWN_MS = { base: 3800, perCharacter: 65, max: 9500 } as const;
const EMOTE_MS = 1900;
/** The dots stand over the head to the left, emotes to the right. */
const TYPING = { width: 30, height: 18 } as const;
const TEXT_MAX = 240;
/** Bubbles shown at once, in all and a person. */
const WIDE = { total: 12, each: 2 } as const;
const NARROW = { total: 4, each: 1 } as const;
/** From a bubble farther from its speaker than this, a thread leads down. */
const THREAD_FROM = 12;

interface Bubble {
  readonly id: string;
  readonly personId: string;
  readonly element: HTMLElement;
  readonly tail: HTMLElement;
  readonly thread: HTMLElement;
  readonly until: number;
  readonly width: number;
  readonly height: number;
}

interface Tag {
  readonly element: HTMLElement;
  text: string;
  note: string;
  width: number;
  height: number;
}

interface Emote {
  readonly personId: string;
  readonly element: HTMLElement;
  readonly until: number;
}

/** Where a person is on the screen. */
export interface OnScreen {
  readonly person: Presence;
  /** Between the feet, or on the seat. */
  readonly feet: Point;
  /** Pixels above the feet: the top of the head. */
  readonly height: number;
  readonly zoom: number;
}

export class Overlay {
  private readonly tags = new Map<string, Tag>();
  private bubbles: Bubble[] = [];
  private emotes: Emote[] = [];
  private readonly typing = new Map<string, HTMLElement>();
  private readonly stood = new Map<string, { dx: number; dy: number }>();
  private narrow = false;
  private count = 0;

  constructor(private readonly root: HTMLElement) {}

  /** Whether something here goes away by itself. */
  get lively(): boolean {
    return this.bubbles.length > 0 || this.emotes.length > 0;
  }

  setNarrow(narrow: boolean): void {
    if (narrow === this.narrow) return;
    this.narrow = narrow;
    this.root.classList.toggle(css.narrow ?? '', narrow);
    for (const tag of this.tags.values()) measure(tag);
  }

  say(personId: string, text: string, now: number): void {
    const shown = [...text].slice(0, TEXT_MAX).join('');
    const element = make('div', css.bubble);
    const words = make('span', css.text);
    words.textContent = shown;
    const tail = make('i', css.tail);
    const thread = make('div', css.thread);
    element.append(words, tail);
    this.root.prepend(thread);
    this.root.append(element);
    const lasts = Math.min(SHOWN_MS.max, SHOWN_MS.base + SHOWN_MS.perCharacter * shown.length);
    // rounded up, so that a fraction of a pixel never makes two bubbles touch
    const size = { width: Math.ceil(element.offsetWidth) + 1, height: Math.ceil(element.offsetHeight) + 1 };
    this.bubbles.unshift({ id: `${personId}/${this.count++}`, personId, element, tail, thread, until: now + lasts, ...size });
    this.dropSurplus();
  }

  emote(personId: string, emoji: string, now: number): void {
    const element = make('div', css.emote);
    const inner = make('span', '');
    inner.textContent = emoji;
    element.append(inner);
    this.root.append(element);
    this.emotes = this.emotes.filter((other) => other.personId !== personId || remove(other.element));
    this.emotes.push({ personId, element, until: now + EMOTE_MS });
  }

  /** Three dots at the heads of those who write. */
  setTyping(ids: ReadonlySet<string>): void {
    for (const [id, element] of this.typing) {
      if (ids.has(id)) continue;
      element.remove();
      this.typing.delete(id);
    }
    for (const id of ids) {
      if (this.typing.has(id)) continue;
      const element = make('div', css.typing);
      element.dataset.typing = id;
      element.append(make('i', ''), make('i', ''), make('i', ''));
      this.root.append(element);
      this.typing.set(id, element);
    }
  }

  /** Puts everything where the people are. Bubbles of people who left go with them. */
  update(people: readonly OnScreen[], viewport: Rect, now: number): void {
    const where = new Map(people.map((entry) => [entry.person.id, entry]));
    this.bubbles = this.bubbles.filter((bubble) => (bubble.until > now && where.has(bubble.personId)) || this.removeBubble(bubble));
    this.emotes = this.emotes.filter(({ until, personId, element }) => (until > now && where.has(personId)) || remove(element));
    const names = this.placeNames(people);
    const inside = { x: viewport.x + MARGIN, y: viewport.y + MARGIN, width: viewport.width - 2 * MARGIN, height: viewport.height - 2 * MARGIN };
    this.placeBubbles(where, names, inside);
    for (const { personId, element } of this.emotes) {
      const { feet, height, zoom } = where.get(personId) as OnScreen;
      // beside the head: what is said stands over it
      move(element, feet.x + 15 * zoom, feet.y - height - 2);
    }
    for (const [id, element] of this.typing) {
      const at = where.get(id);
      element.hidden = !at;
      if (at) move(element, at.feet.x - TYPING.width + 4, at.feet.y - at.height - TYPING.height);
    }
  }

  destroy(): void {
    this.root.replaceChildren();
  }

  private placeNames(people: readonly OnScreen[]): Rect[] {
    const present = new Set(people.map(({ person }) => person.id));
    for (const [id, tag] of this.tags) {
      if (present.has(id)) continue;
      tag.element.remove();
      this.tags.delete(id);
    }
    const wanted = people
      .toSorted((a, b) => Number(b.person.self) - Number(a.person.self) || b.feet.y - a.feet.y)
      .map(({ person, feet, height: tall, zoom }) => {
        const { width, height } = this.tagOf(person);
        const x = feet.x - width / 2;
        const [below, above] = [feet.y + (person.seat ? 13 : 5) * zoom, feet.y - tall - height - 2];
        return { id: person.id, options: [below, above].map((y) => ({ x, y, width, height })) };
      });
    const placed = layoutNames(wanted, headsOf(people));
    for (const [id, { x, y }] of placed) move((this.tags.get(id) as Tag).element, x, y);
    return [...placed.values()];
  }

  private tagOf(person: Presence): Tag {
    let tag = this.tags.get(person.id);
    if (!tag) {
      const element = make('div', css.name);
      this.root.prepend(element);
      tag = { element, text: '', note: '', width: 0, height: 0 };
      this.tags.set(person.id, tag);
    }
    tag.element.classList.toggle(css.self ?? '', person.self);
    tag.element.classList.toggle(css.away ?? '', person.away);
    const note = person.note ?? '';
    if (tag.text !== person.name || tag.note !== note) {
      Object.assign(tag, { text: person.name, note });
      tag.element.textContent = person.name;
      tag.element.dataset.note = note;
      measure(tag);
    }
    return tag;
  }

  private placeBubbles(where: ReadonlyMap<string, OnScreen>, names: readonly Rect[], viewport: Rect): void {
    const requests = this.bubbles.map(({ id, personId, width, height }): BubbleRequest => {
      const { feet, height: tall } = where.get(personId) as OnScreen;
      return { id, anchorX: feet.x, anchorY: feet.y - tall - 9, width, height };
    });
    const heads = [...headsOf([...where.values()]).values()];
    const placed = new Map(layoutBubbles(requests, { names, heads, viewport, before: this.stood }).map((bubble) => [bubble.id, bubble]));
    for (const [index, bubble] of this.bubbles.entries()) {
      const rect = placed.get(bubble.id);
      bubble.element.style.visibility = rect ? 'visible' : 'hidden';
      bubble.thread.style.visibility = 'hidden';
      if (!rect) continue;
      const { anchorX, anchorY } = requests[index] as BubbleRequest;
      this.stood.set(bubble.id, { dx: rect.x - anchorX + rect.width / 2, dy: rect.y - anchorY + rect.height });
      move(bubble.element, rect.x, rect.y);
      pointTo(bubble, rect, { x: anchorX, y: anchorY });
    }
  }

  private dropSurplus(): void {
    const limit = this.narrow ? NARROW : WIDE;
    const each = new Map<string, number>();
    this.bubbles = this.bubbles.filter((bubble, index) => {
      const mine = (each.get(bubble.personId) ?? 0) + 1;
      each.set(bubble.personId, mine);
      return (mine <= limit.each && index < limit.total) || this.removeBubble(bubble);
    });
  }

  private removeBubble({ id, element, thread }: Bubble): false {
    this.stood.delete(id);
    thread.remove();
    return remove(element);
  }
}

function headsOf(people: readonly OnScreen[]): Map<string, Rect> {
  return new Map(people.map(({ person, feet, height, zoom }) => [person.id, { x: feet.x - 19 * zoom, y: feet.y - height, width: 38 * zoom, height: 40 * zoom }]));
}

/** A tail where the bubble stands on its speaker, a thread where it had to go elsewhere. */
function pointTo({ tail, thread }: Bubble, rect: Rect, anchor: Point): void {
  const x = Math.min(rect.x + rect.width - 16, Math.max(rect.x + 16, anchor.x));
  const bottom = rect.y + rect.height;
  const above = bottom <= anchor.y + 2;
  const distance = Math.hypot(anchor.x - x, anchor.y - bottom);
  tail.style.visibility = above && Math.abs(anchor.x - x) < 14 ? 'inherit' : 'hidden';
  tail.style.setProperty('--tail', `${x - rect.x}px`);
  if (!above || distance < THREAD_FROM) return;
  thread.style.visibility = 'visible';
  thread.style.height = `${distance}px`;
  const turn = Math.atan2(-(anchor.x - x), anchor.y - bottom);
  thread.style.transform = `translate(${x - 1}px, ${bottom}px) rotate(${turn}rad)`;
}

function make(tag: string, className: string | undefined): HTMLElement {
  const element = document.createElement(tag);
  element.className = className ?? '';
  return element;
}

function measure(tag: Tag): void {
  tag.width = tag.element.offsetWidth;
  tag.height = tag.element.offsetHeight;
}

/** Whole pixels: text on half pixels is blurred. */
function move(element: HTMLElement, x: number, y: number): void {
  element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
}

function remove(element: HTMLElement): false {
  element.remove();
  return false;
}
