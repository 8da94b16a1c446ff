/** Writing a comment, an answer to one, or one's own anew. */
import { useMemo, type FormEvent } from 'react';
import { changeComment, writeComment } from '../../api/posting';
import type { Comment } from '../../api/posts';
import { uuid } from '../../api/uuid';
import { useMessages } from '../../i18n';
import { charsOf } from '../../social/text';
import { useActing } from '../../social/useActing';
import { useToasts } from '../../state/toasts';
import { useUnsent } from '../../state/unsent';
import { Button, classes } from '../../ui/controls';
import { faultClass } from '../../ui/form';
import { CompletingArea } from '../composer/CompletingArea';
import { commentCharsMax, commentFits } from '../limits';
import { usePostProblem } from '../usePostProblem';
import { usePostWords } from '../words';
import styles from './comments.module.css';

interface CommentFormProps {
  postId: string;
  /** What it answers. */
  parent: Comment | null;
  /** One's own, to be changed. */
  before?: Comment;
  done(comment: Comment): void;
  cancel?(): void;
}

/** When the count of what is left is shown. */
const leftShown = 100;

export function CommentForm({ postId, parent, before, done, cancel }: CommentFormProps) {
  const { comments: words, composer } = usePostWords();
  const { common } = useMessages();
  const show = useToasts((state) => state.show);
  const [text, setText] = useUnsent(`comment.${before ? `${before.id}.${before.version}` : `${postId}.${parent?.id ?? ''}`}`, before?.text);
  const { busy, fault, act } = useActing(false, usePostProblem());
  // the same words sent again are the same comment
  const once = useMemo(() => ({ text, name: uuid() }), [text]).name;
  const left = commentCharsMax - charsOf(text);
  const fits = commentFits(text) && text.trim() !== before?.text;
  const send = (): void => {
    if (!fits || busy) {
      return;
    }
    act(
      () => (before ? changeComment(before, text) : writeComment(postId, text, parent?.id ?? null, once)),
      (comment) => {
        if (comment.standing === 'held') {
          show('info', words.held);
        } else if (comment.text !== text.trim().normalize('NFC')) {
          show('info', words.masked);
        }
        setText('');
        done(comment);
      },
    );
  };
  const label = before ? words.editOf : parent?.author ? words.replyTo(parent.author.displayName) : words.label;
  return (
    <form
      className={styles.form}
      data-testid={before ? 'edit-comment' : parent ? 'reply-form' : 'comment-form'}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <CompletingArea label={label} value={text} write={setText} send={send} placeholder={before ? undefined : parent ? label : words.placeholder} rows={2} className={styles.area} focus={before !== undefined || parent !== null} aria-invalid={left < 0} />
      {fault !== null && (
        <p className={faultClass} role="alert">
          {fault}
        </p>
      )}
      <div className={styles.formActs}>
        <span className={classes(styles.left, left < 0 && styles.over)} role="status">
          {left < 0 ? composer.over(-left) : left <= leftShown && composer.left(left)}
        </span>
        {cancel && (
          <Button
            variant="quiet"
            onClick={() => {
              setText('');
              cancel();
            }}
          >
            {common.cancel}
          </Button>
        )}
        <Button variant="primary" type="submit" busy={busy} disabled={!fits}>
          {before ? words.save : parent ? words.reply : words.send}
        </Button>
      </div>
    </form>
  );
}
