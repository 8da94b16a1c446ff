/** What one can do with a post: shown at once, taken back when it is refused. */
import { useLocation } from 'wouter';
import { deletePost, mark, react } from '../api/posting';
import type { Post, ReactionKind } from '../api/posts';
import { useMe } from '../state/me';
import { useSignInAddress } from '../state/signInAddress';
import { useToasts } from '../state/toasts';
import { useActing } from '../social/useActing';
import { reacted } from './reactions';
import { usePostProblem } from './usePostProblem';
import { useWish } from './useWish';
import { usePostWords } from './words';

/** Changes the post wherever the page keeps it. */
export type Change = (alter: (post: Post) => Post) => void;

export interface PostActs {
  readonly mine: boolean;
  readonly busy: boolean;
  react(kind: ReactionKind | null): void;
  bookmark(on: boolean): void;
  repost(on: boolean): void;
  pin(on: boolean): void;
  remove(): void;
  /** Runs it for whoever is signed in, and shows others the way. */
  asSomebody(what: () => void): void;
}

export function usePostActs(post: Post, change: Change, gone: () => void): PostActs {
  const { acts: words } = usePostWords();
  const me = useMe((state) => state.user);
  const show = useToasts((state) => state.show);
  const asSomebody = useAsSomebody();
  const { busy, act } = useActing(true, usePostProblem());
  const { id } = post;
  const reaction = useWish(post.reaction, { send: (kind) => react('posts', id, kind), show: (kind) => change((now) => reacted(now, kind)) });
  const bookmark = useWish(post.bookmarked, { send: (on) => mark(id, 'bookmark', on), show: (bookmarked) => change((now) => ({ ...now, bookmarked })) });
  const repost = useWish(post.reposted, {
    send: (on) => mark(id, 'repost', on),
    show: (reposted) => change((now) => (now.reposted === reposted ? now : { ...now, reposted, reposts: Math.max(now.reposts + (reposted ? 1 : -1), 0) })),
  });
  const pin = useWish(post.pinned, { send: (on) => mark(id, 'pin', on), show: (pinned) => change((now) => ({ ...now, pinned })) });
  return {
    mine: me?.id === post.author.id,
    busy,
    react: (kind) => asSomebody(() => reaction(kind)),
    bookmark: (on) => asSomebody(() => bookmark(on)),
    repost: (on) => asSomebody(() => repost(on)),
    pin,
    remove: () =>
      act(
        () => deletePost(id),
        () => {
          show('good', words.removed);
          gone();
        },
      ),
    asSomebody,
  };
}

export function useAsSomebody(): (what: () => void) => void {
  const { acts: words } = usePostWords();
  const me = useMe((state) => state.user);
  const show = useToasts((state) => state.show);
  const [, go] = useLocation();
  const signIn = useSignInAddress();
  return (what) => {
    if (me) {
      what();
    } else {
      show('info', words.signIn, { label: words.goSignIn, run: () => go(signIn) });
    }
  };
}
