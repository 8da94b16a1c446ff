/** A post that is being written: kept on the server as a draft while it is, and sent in the end. */
import { useEffect, useRef, useState } from 'react';
import type { Versioned } from '../../api/http';
import { changePost, createPost, deletePost, publishPost, type PostWish } from '../../api/posting';
import type { Audience, Post, PostState } from '../../api/posts';
import { uuid } from '../../api/uuid';
import { keepUnsent, readUnsent, usePlace } from '../../state/unsent';
import { postFault, type Fault } from '../limits';
import { slotsOf } from './slots';
import { useUploads, type Uploads } from './useUploads';

export interface Fields {
  readonly text: string;
  readonly audience: Audience;
  /** Null: there is none. */
  readonly warning: string | null;
  readonly sensitive: boolean;
  readonly roomId: string | null;
  /** Null: at once. */
  readonly publishMs: number | null;
}

export interface Start {
  /** A draft, or a post that is out. */
  readonly post?: Versioned<Post> | undefined;
  readonly quoteOf?: string | undefined;
  readonly roomId?: string | undefined;
}

export interface Composing extends Fields {
  readonly uploads: Uploads;
  readonly isOut: boolean;
  /** How it is with the draft on the server. */
  readonly draft: 'none' | 'saving' | 'saved' | 'failed';
  touch(change: Partial<Fields>): void;
  faultFor(state: PostState): Fault | null;
  /** Sends it; what it is then. */
  send(state: PostState): Promise<Post>;
  discard(): Promise<void>;
}

/** From the last key to the draft. */
const restsMs = 2500;

function fieldsOf({ post, roomId }: Start): Fields {
  const value = post?.value;
  return {
    text: value?.text ?? '',
    audience: value?.audience ?? 'public',
    warning: value && value.warning !== '' ? value.warning : null,
    sensitive: value?.sensitive ?? false,
    roomId: value?.roomId ?? roomId ?? null,
    publishMs: value?.publishMs ?? null,
  };
}

/** Where a text waits that the server does not have yet. */
function placeOf({ post, quoteOf, roomId }: Start): string {
  return post ? `post.${post.value.id}.${post.etag}` : `post.${quoteOf ?? ''}.${roomId ?? ''}`;
}

/** `left` is told of what was still to be saved when somebody went elsewhere: whether it is among their drafts now. */
export function useComposer(start: Start, left: (kept: boolean) => void): Composing {
  const [first] = useState(start);
  const place = usePlace(placeOf(first));
  const [unsent] = useState(() => readUnsent(place));
  const [fields, setFields] = useState(() => (unsent === '' ? fieldsOf(first) : { ...fieldsOf(first), text: unsent }));
  const uploads = useUploads(() => slotsOf(first.post?.value.pictures ?? [], first.post?.value.attachments ?? null));
  const isOut = first.post?.value.state === 'published';
  const quotes = first.quoteOf !== undefined || (first.post?.value.quotes ?? false);
  const [draft, setDraft] = useState<Composing['draft']>('none');
  /** The post on the server. */
  const kept = useRef<{ id: string; etag: string | null; roomId: string | null } | null>(first.post ? { id: first.post.value.id, etag: first.post.etag, roomId: first.post.value.roomId } : null);
  const done = useRef(false);
  /** One request after another: each is made from the version of the last. */
  const line = useRef<Promise<unknown>>(Promise.resolve());
  const names = useRef(new Map<string, string>());

  const pictures = uploads.slots.flatMap(({ state, assetId, alt }) => (state === 'ready' && assetId !== null ? [{ asset: assetId, alt: alt.trim() }] : []));
  const wishFor = (state: PostState): PostWish => ({
    text: fields.text,
    audience: fields.audience,
    warning: fields.warning ?? '',
    sensitive: fields.sensitive,
    pictures,
    roomId: fields.roomId,
    quoteOf: first.quoteOf ?? null,
    state,
    publishMs: state === 'scheduled' ? fields.publishMs : null,
  });
  const next = <T>(what: () => Promise<T>): Promise<T> => {
    const turn = line.current.then(what, what);
    line.current = turn;
    return turn;
  };
  const keep = ({ value, etag }: Versioned<Post>): Post => {
    kept.current = { id: value.id, etag, roomId: value.roomId };
    return value;
  };
  /** The same wish has the same name, however often it is sent. */
  const nameOf = (wish: unknown): string => {
    const key = JSON.stringify(wish);
    const name = names.current.get(key) ?? uuid();
    names.current.set(key, name);
    return name;
  };
  const put = async (wish: PostWish): Promise<Post> => {
    const before = kept.current;
    if (before && (isOut || before.roomId === wish.roomId)) {
      const changed = keep(await changePost(before.id, wish, isOut, before.etag));
      return isOut || wish.state !== 'published' ? changed : keep(await publishPost(before.id, kept.current?.etag ?? null, nameOf([before.id, kept.current?.etag])));
    }
    // a draft stays in the room it was begun for: elsewhere it is another post
    const made = keep(await createPost(wish, nameOf(wish)));
    if (before) {
      await deletePost(before.id).catch(() => undefined);
    }
    return made;
  };

  const content = JSON.stringify(wishFor('draft'));
  /** What the server has. */
  const settled = useRef(unsent === '' ? content : '');
  const worth = fields.text.trim() !== '' || pictures.length > 0;
  const isDraft = !isOut && first.post?.value.state !== 'scheduled';
  const save = (leaving: boolean): void => {
    if (done.current || !isDraft || content === settled.current || (!worth && !kept.current) || faultFor('draft') !== null) {
      return;
    }
    settled.current = content;
    setDraft('saving');
    if (leaving) {
      // whoever comes back before the answer must not begin a second one of it
      keepUnsent(place, '');
    }
    next(() => (done.current ? Promise.resolve(null) : put(wishFor('draft')))).then(
      (draftNow) => {
        if (draftNow === null) {
          // it was sent meanwhile
          return;
        }
        if (leaving) {
          latest.current.left(true);
        } else if (latest.current.content === content) {
          keepUnsent(place, '');
        }
        setDraft('saved');
      },
      () => {
        settled.current = '';
        setDraft('failed');
        if (leaving) {
          keepUnsent(place, fields.text);
          latest.current.left(false);
        }
      },
    );
  };
  const latest = useRef({ save, left, content });
  useEffect(() => {
    latest.current = { save, left, content };
  });
  useEffect(() => {
    const timer = setTimeout(() => latest.current.save(false), restsMs);
    return () => clearTimeout(timer);
  }, [content]);
  useEffect(() => {
    // what could not be saved without a network is saved when there is one
    const again = (): void => latest.current.save(false);
    window.addEventListener('online', again);
    return () => window.removeEventListener('online', again);
  }, []);
  // whoever goes elsewhere finds it among their drafts
  useEffect(() => () => latest.current.save(true), []);

  function faultFor(state: PostState): Fault | null {
    const { text, warning, publishMs } = fields;
    // a draft takes what is there already
    const fault = postFault({ text, warning: warning ?? '', pictures: uploads.slots, quotes, publishMs }, state, Date.now());
    return state === 'draft' && (fault === 'pictures_coming' || fault === 'picture_failed' || fault === 'empty') ? null : fault;
  }

  return {
    ...fields,
    uploads,
    isOut,
    draft,
    touch(change) {
      if (change.text !== undefined && !done.current) {
        keepUnsent(place, change.text);
      }
      setFields((before) => ({ ...before, ...change }));
    },
    faultFor,
    async send(state) {
      const post = await next(() => put(wishFor(state)));
      settled.current = content;
      done.current = state !== 'draft';
      keepUnsent(place, '');
      if (state === 'draft') {
        setDraft('saved');
      }
      return post;
    },
    async discard() {
      done.current = true;
      keepUnsent(place, '');
      await next(async () => {
        if (kept.current && !isOut) {
          await deletePost(kept.current.id);
        }
      });
    },
  };
}
