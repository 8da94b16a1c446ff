/** A comment and the answers to it. */
import { useEffect, useRef, useState } from 'react';
import { fetchReplies } from '../../api/posting';
import type { Comment, Post } from '../../api/posts';
import { usePages } from '../../state/pages';
import { useMe } from '../../state/me';
import { Button } from '../../ui/controls';
import { PagedList } from '../../ui/PagedList';
import { useAsSomebody } from '../usePostActs';
import { usePostProblem } from '../usePostProblem';
import { listedUnder } from '../threads';
import { usePostWords } from '../words';
import { CommentForm } from './CommentForm';
import { CommentRow } from './CommentRow';
import { useCommentList, type CommentList } from './Comments';
import styles from './comments.module.css';

interface ThreadProps {
  comment: Comment;
  post: Post;
  /** The list it stands in. */
  list: CommentList;
  /** One more answer to what this one answers. */
  answeredBeside?(by: 1 | -1): void;
  counted(by: number): void;
}

export function Thread({ comment, post, list, answeredBeside, counted }: ThreadProps) {
  const { comments: words } = usePostWords();
  const asSomebody = useAsSomebody();
  const [open, setOpen] = useState(false);
  const [replying, setReplying] = useState(false);
  /** One's own answers, which its list may not have read yet. */
  const [added, setAdded] = useState<readonly Comment[]>([]);
  const reply = (answer: Comment): void => {
    setReplying(false);
    counted(1);
    if (listedUnder(comment) === 'beside') {
      list.add(answer);
      answeredBeside?.(1);
    } else {
      setAdded((before) => [...before, answer]);
      setOpen(true);
      list.answer(comment.id, 1);
    }
  };
  const name = comment.author?.displayName ?? '';
  return (
    <li className={styles.thread} data-comment={comment.id}>
      <CommentRow
        comment={comment}
        post={post}
        replace={list.replace}
        gone={() => {
          list.remove(comment.id);
          answeredBeside?.(-1);
          counted(-1);
        }}
        reply={() => asSomebody(() => setReplying(!replying))}
      />
      {replying && (
        <div className={styles.reply}>
          <CommentForm postId={post.id} parent={comment} done={reply} cancel={() => setReplying(false)} />
        </div>
      )}
      {comment.replies > 0 && (
        <Button variant="quiet" icon={open ? 'chevronUp' : 'chevronDown'} className={styles.unfold} aria-expanded={open} data-testid="replies" onClick={() => setOpen(!open)}>
          {open ? words.hideReplies : words.showReplies(comment.replies)}
        </Button>
      )}
      {open && comment.replies > 0 && <Replies to={comment} label={words.repliesTo(name)} post={post} added={added} answered={(by) => list.answer(comment.id, by)} counted={counted} />}
    </li>
  );
}

interface RepliesProps {
  to: Comment;
  label: string;
  post: Post;
  added: readonly Comment[];
  answered(by: 1 | -1): void;
  counted(by: number): void;
}

function Replies({ to, label, post, added, answered, counted }: RepliesProps) {
  const { comments: words } = usePostWords();
  const problem = usePostProblem();
  const me = useMe((state) => state.user?.id ?? '');
  const replies = usePages(`${me} ${to.id}`, (cursor, signal) => fetchReplies(to.id, { cursor, signal }), ({ id }) => id);
  const list = useCommentList(replies);
  const { status } = replies;
  const taken = useRef(0);
  useEffect(() => {
    // what was written while the list was on its way is in it, or comes behind it
    if (status === 'ready') {
      for (const answer of added.slice(taken.current)) {
        list.add(answer);
      }
      taken.current = added.length;
    }
  }, [status, added, list]);
  return (
    <div className={styles.replies}>
      <PagedList list={replies} label={label} empty={words.none} problem={problem}>
        {(comment) => <Thread key={comment.id} comment={comment} post={post} list={list} answeredBeside={answered} counted={counted} />}
      </PagedList>
    </div>
  );
}
