/** This client's copy of the room: fed with frames, it tells what became of it, or why it is in doubt. */
import { applyAvatars, applyChanges, applyEvents, fromSnapshot } from './document.ts';
import type { Applied, AppliedChange, Refused, RoomDocument } from './document.ts';
import type { Avatar, ChatLine, ReadPoint, RoomInfo, ServerFrame, ServerFrameOf } from './frames.ts';
import { SnapshotParts } from './parts.ts';

/** What a frame did to the copy. */
export interface Step {
  /** The room came whole, or all that was missing of it. */
  readonly entered: boolean;
  readonly changes: readonly AppliedChange[];
  readonly lines: readonly ChatLine[];
  readonly info: RoomInfo | null;
}

const GAP: Refused = { ok: false, why: 'gap' };

export class Replica {
  #document: RoomDocument | null = null;
  /** The document may be built upon when coming back. */
  #trusted = true;
  readonly #parts = new SnapshotParts();

  get document(): RoomDocument | null {
    return this.#document;
  }

  /** What to come back with. */
  get have(): ReadPoint | null {
    if (!this.#document || !this.#trusted) return null;
    return { epoch: this.#document.epoch, seq: this.#document.seq };
  }

  /** The connection is gone, and with it the rest of a snapshot; the copy before it stays. */
  cut(): void {
    this.#parts.clear();
  }

  /** Null when the frame changes nothing here. Events count only once the room's contents are here. */
  receive(frame: ServerFrame, inside: boolean): Step | Refused | null {
    switch (frame.type) {
      case 'snapshot':
        return this.#whole(this.#parts.begin(frame));
      case 'part':
        return this.#whole(this.#parts.add(frame));
      case 'changes':
        return this.#parts.open ? GAP : this.#changes(frame);
      case 'events':
        if (this.#parts.open) return GAP;
        return inside && this.#document ? this.#take(applyEvents(this.#document, frame), false) : null;
      default:
        return null;
    }
  }

  /** The places that are new. */
  move(frame: ServerFrameOf<'avatars'>): readonly Avatar[] {
    if (!this.#document) return [];
    const { document, moved } = applyAvatars(this.#document, frame);
    this.#document = document;
    return moved;
  }

  #whole(snapshot: ServerFrameOf<'snapshot'> | 'gap' | null): Step | Refused | null {
    if (snapshot === 'gap') return GAP;
    if (snapshot === null) return null;
    const document = fromSnapshot(snapshot);
    return this.#take({ ok: true, document, changes: [], lines: [], info: snapshot.room }, true);
  }

  #changes(frame: ServerFrameOf<'changes'>): Step | Refused {
    if (!this.#document) return this.#take({ ok: false, why: 'inconsistent' }, true);
    return this.#take(applyChanges(this.#document, frame), true);
  }

  #take(result: Applied | Refused, entered: boolean): Step | Refused {
    if (!result.ok) {
      if (result.why === 'inconsistent') this.#trusted = false;
      return result;
    }
    const { document, changes, lines, info } = result;
    this.#document = document;
    if (entered) this.#trusted = true;
    return { entered, changes, lines, info };
  }
}
