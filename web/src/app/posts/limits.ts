/** What the server takes of a post and of a comment, so that one need not send it to hear of it. */
import { charsOf } from '../social/text';
import type { PostState } from '../api/posts';
import { tagsIn } from './richText';

export const textCharsMax = 2000;
export const textLinesMax = 100;
export const commentCharsMax = 500;
export const commentLinesMax = 20;
export const warningCharsMax = 100;
export const altCharsMax = 500;
export const picturesMax = 10;
export const tagsMax = 10;
export const pinsMax = 3;
export const pictureBytesMax = 10 * 1024 * 1024;
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const;
/** The furthest a post may be put off. */
export const putOffMsMax = 366 * 24 * 60 * 60_000;
/** Sooner than this there is no use in waiting. */
export const putOffMsMin = 60_000;

export type Fault = 'empty' | 'text_too_long' | 'too_many_lines' | 'warning_too_long' | 'alt_too_long' | 'pictures_coming' | 'picture_failed' | 'no_time' | 'time_past' | 'time_too_far';

interface Draft {
  readonly text: string;
  readonly warning: string;
  readonly pictures: readonly { readonly state: 'sending' | 'processing' | 'ready' | 'failed'; readonly alt: string }[];
  readonly quotes: boolean;
  readonly publishMs: number | null;
}

function lines(text: string): number {
  return text.trim().split('\n').length;
}

/** What keeps a draft from being sent so, the first of it. */
export function postFault({ text, warning, pictures, quotes, publishMs }: Draft, state: PostState, nowMs: number): Fault | null {
  if (charsOf(text) > textCharsMax) {
    return 'text_too_long';
  }
  if (lines(text) > textLinesMax) {
    return 'too_many_lines';
  }
  if (charsOf(warning) > warningCharsMax) {
    return 'warning_too_long';
  }
  if (pictures.some(({ alt }) => charsOf(alt) > altCharsMax)) {
    return 'alt_too_long';
  }
  if (pictures.some((picture) => picture.state === 'failed')) {
    return 'picture_failed';
  }
  if (pictures.some((picture) => picture.state !== 'ready')) {
    return 'pictures_coming';
  }
  if (charsOf(text) === 0 && pictures.length === 0 && !quotes) {
    return 'empty';
  }
  return state === 'scheduled' ? timeFault(publishMs, nowMs) : null;
}

function timeFault(publishMs: number | null, nowMs: number): Fault | null {
  if (publishMs === null || Number.isNaN(publishMs)) {
    return 'no_time';
  }
  if (publishMs < nowMs + putOffMsMin) {
    return 'time_past';
  }
  return publishMs > nowMs + putOffMsMax ? 'time_too_far' : null;
}

/** Whether a comment can be sent so. */
export function commentFits(text: string): boolean {
  const length = charsOf(text);
  return length > 0 && length <= commentCharsMax && lines(text) <= commentLinesMax;
}

/** Tags beyond what a post has are words like others. */
export function tagsOver(text: string): number {
  return Math.max(tagsIn(text).length - tagsMax, 0);
}

export type PictureFault = 'type' | 'size';

/** Why a file cannot be sent as a picture. */
export function pictureFault({ type, size }: { readonly type: string; readonly size: number }): PictureFault | null {
  if (!pictureTypes.some((known) => known === type)) {
    return 'type';
  }
  return size > pictureBytesMax ? 'size' : null;
}

/** A moment as `<input type="datetime-local">` writes it, on this device's clock. */
export function localMoment(atMs: number): string {
  const at = new Date(atMs);
  return new Date(atMs - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
