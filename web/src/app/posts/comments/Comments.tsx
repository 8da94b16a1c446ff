/** The comments on a post, in threads, and writing one. */
import { useCallback, useId } from 'react';
import { fetchComments } from '../../api/posting';
import type { Comment, Post } from '../../api/posts';
import { usePages, type Paged } from '../../state/pages';
import { useMe } from '../../state/me';
import { ButtonLink } from '../../ui/controls';
import { PagedList } from '../../ui/PagedList';
import { answered, replaced, withNew, without } from '../threads';
import { usePostProblem } from '../usePostProblem';
import { usePostWords } from '../words';
import { CommentForm } from './CommentForm';
import { Thread } from './Thread';
import styles from './comments.module.css';

interface CommentsProps {
  post: Post;
  /** One more, or fewer. */
  counted(by: number): void;
}

/** What a list of comments becomes by what is done in it. */
export interface CommentList {
  add(comment: Comment): void;
  replace(comment: Comment): void;
  remove(id: string): void;
  answer(id: string, by: 1 | -1): void;
}

export function useCommentList({ edit }: Paged<Comment>): CommentList {
  return {
    add: useCallback((comment) => edit((entries) => withNew(entries, comment)), [edit]),
    replace: useCallback((comment) => edit((entries) => replaced(entries, comment)), [edit]),
    remove: useCallback((id) => edit((entries) => without(entries, id)), [edit]),
    answer: useCallback((id, by) => edit((entries) => answered(entries, id, by)), [edit]),
  };
}

export function Comments({ post, counted }: CommentsProps) {
  const { comments: words } = usePostWords();
  const problem = usePostProblem();
  const me = useMe((state) => state.user);
  const id = useId();
  const list = usePages(`${me?.id ?? ''} ${post.id}`, (cursor, signal) => fetchComments(post.id, { cursor, signal }), (comment) => comment.id);
  const ways = useCommentList(list);
  return (
    <section id="comments" className={styles.comments} aria-labelledby={id} data-testid="comments">
      <h2 id={id}>{words.title}</h2>
      {me ? (
        <CommentForm
          postId={post.id}
          parent={null}
          done={(comment) => {
            ways.add(comment);
            counted(1);
          }}
        />
      ) : (
        <p className={styles.signIn}>
          <ButtonLink href={`/login?return_to=${encodeURIComponent(`/p/${post.id}`)}`} variant="primary">
            {words.signIn}
          </ButtonLink>
        </p>
      )}
      <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
        {(comment) => <Thread key={comment.id} comment={comment} post={post} list={ways} counted={counted} />}
      </PagedList>
    </section>
  );
}
