/** A snapshot too long for one frame: its parts in order, worth nothing until all are here. */
import type { ServerFrameOf } from './frames.ts';

type Snapshot = ServerFrameOf<'snapshot'>;
type Part = ServerFrameOf<'part'>;

/** Far beyond any room: what a broken server could make this client keep. */
const PARTS_MAX = 4_096;
const ENTRIES_MAX = 200_000;

export class SnapshotParts {
  #begun: Snapshot | null = null;
  #parts: Part[] = [];
  #entries = 0;

  /** Whether parts are still to come. */
  get open(): boolean {
    return this.#begun !== null;
  }

  /** The snapshot itself when it is whole already, null when parts follow, 'gap' when it can never be whole. */
  begin(frame: Snapshot): Snapshot | 'gap' | null {
    this.clear();
    if (frame.parts === 0) return frame;
    if (frame.parts > PARTS_MAX) return 'gap';
    this.#begun = frame;
    return null;
  }

  /** The whole snapshot with its last part, null before, 'gap' when this part does not follow. */
  add(part: Part): Snapshot | 'gap' | null {
    const begun = this.#begun;
    this.#entries += part.items.length + part.chat.length + part.people.length;
    const follows = begun && part.seq === begun.seq && part.part === this.#parts.length + 1;
    if (!follows || this.#entries > ENTRIES_MAX) {
      this.clear();
      return 'gap';
    }
    this.#parts.push(part);
    if (this.#parts.length < begun.parts) return null;
    const all = [begun, ...this.#parts];
    this.clear();
    return {
      ...begun,
      items: all.flatMap(({ items }) => items),
      chat: all.flatMap(({ chat }) => chat),
      people: all.flatMap(({ people }) => people),
    };
  }

  clear(): void {
    this.#begun = null;
    this.#parts = [];
    this.#entries = 0;
  }
}
