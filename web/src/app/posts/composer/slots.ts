/** The pictures of a post that is being written, in their order. */
import type { Picture } from '../../api/assets';
import type { Attachment } from '../../api/posts';

export interface Slot {
  readonly key: string;
  readonly state: 'sending' | 'processing' | 'ready' | 'failed';
  /** How much is sent, from 0 to 1. */
  readonly sent: number;
  readonly assetId: string | null;
  readonly picture: Picture | null;
  /** What was chosen here, while it is not there yet. */
  readonly file: File | null;
  readonly alt: string;
  /** Why it did not get through, in words. */
  readonly fault: string | null;
}

export function beginning(key: string, file: File): Slot {
  return { key, state: 'sending', sent: 0, assetId: null, picture: null, file, alt: '', fault: null };
}

/** Of a post that was written before; what was attached and is not to be shown yet is on its way. */
export function slotsOf(pictures: readonly Picture[], attachments: readonly Attachment[] | null): Slot[] {
  const attached = attachments ?? pictures.map(({ id, alt }) => ({ asset: id, alt }));
  return attached.map(({ asset, alt }) => {
    const picture = pictures.find(({ id }) => id === asset) ?? null;
    return { key: asset, state: picture ? 'ready' : 'processing', sent: 1, assetId: asset, picture, file: null, alt: alt === '' ? (picture?.alt ?? '') : alt, fault: null };
  });
}

export function changed(slots: readonly Slot[], key: string, change: Partial<Slot>): readonly Slot[] {
  return slots.map((slot) => (slot.key === key ? { ...slot, ...change } : slot));
}

export function moved(slots: readonly Slot[], key: string, by: number): readonly Slot[] {
  const at = slots.findIndex((slot) => slot.key === key);
  const to = at + by;
  const slot = slots[at];
  return !slot || to < 0 || to >= slots.length ? slots : slots.toSpliced(at, 1).toSpliced(to, 0, slot);
}

export function taken(slots: readonly Slot[], key: string): readonly Slot[] {
  return slots.filter((slot) => slot.key !== key);
}
