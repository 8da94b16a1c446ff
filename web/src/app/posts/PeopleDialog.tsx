/** Who reacted to a post, and how; who passed it on. */
import { useState, type ReactNode } from 'react';
import { fetchReactions, fetchReposts } from '../api/posting';
import { reactionKinds, type Post, type ReactionKind } from '../api/posts';
import { PersonRow } from '../social/PersonRow';
import social from '../social/social.module.css';
import { usePages } from '../state/pages';
import { classes } from '../ui/controls';
import { Dialog } from '../ui/Dialog';
import { PagedList } from '../ui/PagedList';
import { signs } from './reactions';
import styles from './posts.module.css';
import { usePostProblem } from './usePostProblem';
import { usePostWords } from './words';

interface PeopleDialogProps {
  post: Post;
  of: 'reactions' | 'reposts';
  close(): void;
}

export function PeopleDialog({ post, of, close }: PeopleDialogProps) {
  const { acts: words } = usePostWords();
  const problem = usePostProblem();
  const [kind, setKind] = useState<ReactionKind | null>(null);
  const list = usePages(
    `${post.id} ${of} ${kind ?? ''}`,
    (cursor, signal) => (of === 'reposts' ? fetchReposts(post.id, { cursor, signal }) : fetchReactions(post.id, kind, { cursor, signal })),
    ({ id }) => id,
  );
  const title = of === 'reposts' ? words.seeReposts : words.who;
  const choice = (each: ReactionKind | null, face: ReactNode, label: string) => (
    <button key={label} type="button" className={classes(kind === each && styles.chosen)} aria-pressed={kind === each} title={label} onClick={() => setKind(each)}>
      {face}
    </button>
  );
  return (
    <Dialog title={title} tall close={close}>
      {of === 'reactions' && (
        <div className={styles.kinds} role="group" aria-label={words.who}>
          {choice(null, words.all, words.all)}
          {reactionKinds.filter((each) => post.reactions[each] > 0).map((each) => choice(each, <Face kind={each} count={post.reactions[each]} />, words.kinds[each]))}
        </div>
      )}
      <div className={social.notices}>
        <PagedList list={list} label={title} empty={words.nobody} problem={problem}>
          {(person) => (
            <PersonRow key={person.id} person={person}>
              {person.kind !== null && (
                <span role="img" aria-label={words.kinds[person.kind]} className={styles.sign}>
                  {signs[person.kind]}
                </span>
              )}
            </PersonRow>
          )}
        </PagedList>
      </div>
    </Dialog>
  );
}

function Face({ kind, count }: { kind: ReactionKind; count: number }) {
  const { acts: words } = usePostWords();
  return (
    <>
      <span className={styles.sign} aria-hidden="true">
        {signs[kind]}
      </span>
      <span className="visually-hidden">{words.kinds[kind]}</span>
      {count}
    </>
  );
}
