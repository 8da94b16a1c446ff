/** The composer over the page one is on: for a quote, a draft, a post that is out. */
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { fetchPost } from '../../api/posting';
import type { Post, Quoted } from '../../api/posts';
import { useMessages } from '../../i18n';
import { useResource } from '../../state/resource';
import { Button } from '../../ui/controls';
import { Dialog } from '../../ui/Dialog';
import { usePostProblem } from '../usePostProblem';
import { usePostWords } from '../words';
import { Composer } from './Composer';
import styles from './composer.module.css';
import type { Outcome } from './outcome';

interface ComposerDialogProps {
  /** What is written on. */
  post?: Post;
  quote?: Post;
  /** Where a new one hangs. */
  roomId?: string;
  /** Without it, whoever wrote is led to what they wrote. */
  done?(post: Post, outcome: Outcome): void;
  /** The draft is gone. */
  gone?(): void;
  close(): void;
}

export function ComposerDialog({ post, quote, roomId, done, gone, close }: ComposerDialogProps) {
  const { composer: words } = usePostWords();
  const { common } = useMessages();
  const problem = usePostProblem();
  const [, go] = useLocation();
  // its newest version, and what only its author is told
  const [first, again] = useResource(post?.id ?? '', async (signal) => (post ? fetchPost(post.id, signal) : null));
  const quoted = useMemo<Quoted | null>(() => quote ?? (first.status === 'ready' ? (first.value?.value.quote ?? null) : null), [quote, first]);
  const title = quote ? words.quoteTitle : post ? (post.state === 'published' ? words.editTitle : words.draftTitle) : words.title;
  return (
    <Dialog title={title} firm close={close}>
      <div className={styles.dialog}>
        {first.status === 'loading' && (
          <p className={styles.waiting} role="status">
            {common.loading}
          </p>
        )}
        {first.status === 'failed' && (
          <div className={styles.waiting} role="alert">
            <p>{problem(first.error)}</p>
            <Button onClick={again}>{common.retry}</Button>
          </div>
        )}
        {first.status === 'ready' && (
          <Composer
            start={{ post: first.value ?? undefined, quoteOf: quote?.id, roomId }}
            quote={quoted}
            focus
            done={(now, outcome) => {
              close();
              if (done) {
                done(now, outcome);
              } else if (now.state === 'published') {
                go(`/p/${now.id}`);
              }
            }}
            left={() => {
              close();
              if (post && post.state !== 'published') {
                gone?.();
              }
            }}
          />
        )}
      </div>
    </Dialog>
  );
}
