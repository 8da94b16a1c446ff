/** What may stand in a guestbook, and until when it may be changed. */
import { editWithinMs, entryCharsMax, entryLinesMax, type GuestbookEntry } from '../api/guestbook';
import { charsOf } from '../social/text';

/** The server's rule: something, not too much of it, in not too many lines. */
export function fits(text: string): boolean {
  const length = charsOf(text);
  return length > 0 && length <= entryCharsMax && text.trim().split('\n').length <= entryLinesMax;
}

export function isEditable({ writtenMs, standing }: Pick<GuestbookEntry, 'writtenMs' | 'standing'>, nowMs: number): boolean {
  return standing !== 'removed' && nowMs - writtenMs < editWithinMs;
}
