/** What a notice says, and where it leads. */
import type { SocialWords } from './words';

/** Kinds of later servers have general words. */
export function noticeText({ kinds, somebody }: SocialWords['notices'], kind: string, name: string | null): string {
  const known = Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : kinds.other;
  return known(name ?? somebody);
}

/** What these are about is a post. */
const aboutPosts = new Set(['comment', 'reaction', 'mention']);

/** Where one does something about it. */
export function noticeAddress(kind: string, from: string | null, me: string, subject: string | null = null): string {
  if (subject !== null && aboutPosts.has(kind)) {
    return `/p/${subject}${kind === 'comment' ? '#comments' : ''}`;
  }
  if (kind === 'guestbook') {
    return subject === null ? `/u/${me}?show=guestbook` : `/guestbook/${subject}`;
  }
  if (kind === 'room_editor' && from !== null && subject !== null) {
    return `/r/${from}/${subject}`;
  }
  if (kind === 'decision') {
    return '/settings/decisions';
  }
  return kind === 'testimonial' || from === null ? `/u/${me}` : `/u/${from}`;
}

export function asksSomething(kind: string): boolean {
  return kind === 'follow_request' || kind === 'tie_request';
}
