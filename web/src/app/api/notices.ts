/** What one is told of. */
import type { Raw, Wire } from './contract';
import { ask } from './http';
import { fetchPage, type Page, type PageWish } from './pages';
import { flag, moment, object, optional, owner, text, whole, type Owner } from './shapes';

export interface Notice {
  readonly id: number;
  /** One of a later server is shown in general words. */
  readonly kind: string;
  readonly from: Owner | null;
  /** What it is about, by its id, where kind and person do not say it all. */
  readonly subject: string | null;
  readonly unread: boolean;
  readonly toldMs: number;
}

export function notice(value: Raw<Wire['NoticeBody']>): Notice {
  const fields = object(value, 'notice');
  return {
    id: whole(fields.id, 'notice_id'),
    kind: text(fields.kind, 'notice_kind'),
    from: optional(fields.from, owner),
    subject: optional(fields.subject, (subject) => text(subject, 'subject')),
    unread: flag(fields.unread, 'unread'),
    toldMs: moment(fields.told_at, 'told_at'),
  };
}

export function fetchNotices(wish: PageWish): Promise<Page<Notice>> {
  return fetchPage('GET /v1/me/notifications', {}, 'notifications', notice, wish);
}

/** How many are unread then. */
export async function markRead(upTo: number): Promise<number> {
  const body = await ask('POST /v1/me/notifications/read', { body: { up_to: upTo } });
  return whole(object(body, 'unread').count, 'unread');
}
