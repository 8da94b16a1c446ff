/** What others are doing right now: who writes, who drags what. Never saved, and gone with its person. */
import type { MemberDrag, MemberTyping, Person, Preview, ServerFrameOf } from './frames.ts';

/** Writing is renewed at half of its time: so many times that without news, and its end was lost. */
const RENEWALS_MISSED = 2;

export interface SignalListeners {
  typing(change: MemberTyping): void;
  drag(change: MemberDrag): void;
}

export class Signals {
  readonly #listeners: SignalListeners;
  #typists: ReadonlySet<number> = new Set();
  #drags: ReadonlyMap<number, Preview> = new Map();
  /** Somebody whose end of writing was lost has stopped all the same. */
  readonly #expiries = new Map<number, ReturnType<typeof setTimeout>>();

  constructor(listeners: SignalListeners) {
    this.#listeners = listeners;
  }

  /** Who writes; the same object until that changes. */
  get typists(): ReadonlySet<number> {
    return this.#typists;
  }

  /** Who drags what; the same object until that changes. */
  get drags(): ReadonlyMap<number, Preview> {
    return this.#drags;
  }

  /** Takes the newest; signals of people unknown here come again once they are known. */
  receive(frame: ServerFrameOf<'signals'>, present: (member: number) => boolean, typingMs: number): void {
    for (const { member, active } of frame.typing) {
      if (present(member)) this.#setTyping(member, active ? RENEWALS_MISSED * typingMs : null);
    }
    for (const { member, preview } of frame.drags) if (present(member)) this.#setDrag(member, preview);
  }

  /** Forgets those who have gone or lost their connection. */
  keep(people: ReadonlyMap<number, Person>): void {
    const here = (member: number) => people.get(member)?.away === false;
    for (const member of this.#typists) if (!here(member)) this.#setTyping(member, null);
    for (const member of this.#drags.keys()) if (!here(member)) this.#setDrag(member, null);
  }

  clear(): void {
    this.keep(new Map());
  }

  #setTyping(member: number, forMs: number | null): void {
    clearTimeout(this.#expiries.get(member));
    this.#expiries.delete(member);
    const active = forMs !== null;
    if (active) this.#expiries.set(member, setTimeout(() => this.#setTyping(member, null), forMs));
    if (this.#typists.has(member) === active) return;
    const typists = new Set(this.#typists);
    if (active) typists.add(member);
    else typists.delete(member);
    this.#typists = typists;
    this.#listeners.typing({ member, active });
  }

  #setDrag(member: number, preview: Preview | null): void {
    if (preview === null && !this.#drags.has(member)) return;
    const drags = new Map(this.#drags);
    if (preview) drags.set(member, preview);
    else drags.delete(member);
    this.#drags = drags;
    this.#listeners.drag({ member, preview });
  }
}
