/** One comment: who, what, and what one can do with it. */
import { useState } from 'react';
import { Link } from 'wouter';
import { deleteComment, react } from '../../api/posting';
import type { Comment, Post } from '../../api/posts';
import { useActing } from '../../social/useActing';
import social from '../../social/social.module.css';
import { useMe } from '../../state/me';
import { useToasts } from '../../state/toasts';
import { Ask } from '../../ui/Ask';
import { Button, classes, IconButton } from '../../ui/controls';
import { Dialog } from '../../ui/Dialog';
import { Choice } from '../../ui/form';
import { Portrait } from '../../ui/Portrait';
import { useWhen } from '../../when';
import { Folded } from '../Folded';
import { ReportDialog } from '../lazy';
import { ReactionButton } from '../ReactionButton';
import { reacted } from '../reactions';
import { RichText } from '../RichText';
import { useAsSomebody } from '../usePostActs';
import { usePostProblem } from '../usePostProblem';
import { useWish } from '../useWish';
import { usePostWords } from '../words';
import { CommentForm } from './CommentForm';
import styles from './comments.module.css';

interface CommentRowProps {
  comment: Comment;
  post: Post;
  replace(now: Comment): void;
  gone(): void;
  reply(): void;
}

export function CommentRow({ comment, post, replace, gone, reply }: CommentRowProps) {
  const { comments: words, post: said } = usePostWords();
  const when = useWhen();
  const asSomebody = useAsSomebody();
  const [editing, edit] = useState(false);
  const wish = useWish(comment.reaction, { send: (kind) => react('comments', comment.id, kind), show: (kind) => replace(reacted(comment, kind)) });
  const { author } = comment;
  if (comment.gone || author === null) {
    return (
      <p className={styles.gone} data-testid="comment-gone">
        {words.gone}
      </p>
    );
  }
  if (editing) {
    return (
      <CommentForm
        postId={post.id}
        parent={null}
        before={comment}
        done={(now) => {
          replace(now);
          edit(false);
        }}
        cancel={() => edit(false)}
      />
    );
  }
  const text = <RichText text={comment.text} />;
  return (
    <div className={styles.row} data-testid="comment" data-standing={comment.standing}>
      <Link href={`/u/${author.handle}`} className={styles.face} aria-hidden="true" tabIndex={-1}>
        <Portrait look={author.look} size={36} />
      </Link>
      <div className={styles.words}>
        <p className={styles.who}>
          <Link href={`/u/${author.handle}`}>
            <b>{author.displayName}</b> <span className={styles.small}>@{author.handle}</span>
          </Link>{' '}
          <span className={classes(styles.small, styles.moment)}>
            <time dateTime={new Date(comment.createdMs).toISOString()}>{when(comment.createdMs)}</time>
            {comment.editedMs !== null && ` · ${words.edited}`}
          </span>
        </p>
        {comment.standing !== 'shown' && (
          <p className={styles.standing} role="note">
            {comment.standing === 'held' ? words.held : said[comment.standing]}
          </p>
        )}
        {comment.mutedWord === null ? text : <Folded label={said.mutedWord(comment.mutedWord)}>{text}</Folded>}
        <div className={styles.acts}>
          <ReactionButton small reactions={comment.reactions} reaction={comment.reaction} react={(kind) => asSomebody(() => wish(kind))} />
          <Button variant="quiet" className={styles.smallButton} aria-label={words.replyTo(author.displayName)} data-testid="reply" onClick={reply}>
            {words.reply}
          </Button>
          <More comment={comment} post={post} edit={() => edit(true)} gone={gone} />
        </div>
      </div>
    </div>
  );
}

interface MoreProps {
  comment: Comment;
  post: Post;
  edit(): void;
  gone(): void;
}

function More({ comment, post, edit, gone }: MoreProps) {
  const { comments: words, acts: general } = usePostWords();
  const me = useMe((state) => state.user);
  const show = useToasts((state) => state.show);
  const asSomebody = useAsSomebody();
  const [open, setOpen] = useState<'menu' | 'ask' | 'report' | null>(null);
  const { busy, act } = useActing(true, usePostProblem());
  const close = (): void => setOpen(null);
  const mine = me?.id === comment.author?.id;
  const removes = mine || me?.id === post.author.id;
  const remove = (): void =>
    act(
      () => deleteComment(comment.id),
      () => {
        show('good', words.removed);
        close();
        gone();
      },
    );
  return (
    <>
      <IconButton icon="more" variant="quiet" label={words.more(comment.author?.displayName ?? '')} aria-haspopup="dialog" data-testid="comment-more" onClick={() => setOpen('menu')} />
      {(open === 'menu' || open === 'ask') && (
        <Dialog title={words.about} close={close}>
          <div className={social.choices}>
            {open === 'ask' ? (
              <Ask question={words.removeAsk} yes={words.remove} busy={busy} confirm={remove} cancel={() => setOpen('menu')} />
            ) : (
              <>
                {mine && <Choice icon="pencil" label={words.edit} act={() => (close(), edit())} />}
                {removes && <Choice icon="trash" label={words.remove} act={() => setOpen('ask')} />}
                {!mine && <Choice icon="shield" label={general.report} lead={general.reportLead} act={() => asSomebody(() => setOpen('report'))} />}
              </>
            )}
          </div>
        </Dialog>
      )}
      {open === 'report' && <ReportDialog kind="comment" id={comment.id} onClose={close} />}
    </>
  );
}
