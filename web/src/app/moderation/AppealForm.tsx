/** Saying why a decision should be otherwise. What is written waits where it is until it is sent. */
import type { FormEvent, ReactNode } from 'react';
import { ApiProblem } from '../api';
import { appealAgainst, appealCharsMax, type Decision } from '../api/moderation';
import { charsOf } from '../social/text';
import { useActing } from '../social/useActing';
import { useOnce } from '../social/useOnce';
import { useToasts } from '../state/toasts';
import { useUnsent } from '../state/unsent';
import { Button } from '../ui/controls';
import { Area } from '../ui/form';
import styles from './moderation.module.css';
import { useModerationWords } from './words';

interface AppealFormProps {
  decision: Decision;
  sent(now: Decision): void;
  /** One cannot appeal any more: it was done elsewhere, or it is too late. */
  stale?(): void;
  /** Another button before the one that sends. */
  children?: ReactNode;
}

export function AppealForm({ decision, sent, stale, children }: AppealFormProps) {
  const { own: words } = useModerationWords();
  const show = useToasts((state) => state.show);
  const [text, setText] = useUnsent(`appeal.${decision.id}`);
  const { busy, fault, act } = useActing();
  const once = useOnce(decision.id, text);
  const length = charsOf(text);
  const fits = length > 0 && length <= appealCharsMax;
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (fits) {
      act(
        () => appealAgainst(decision.id, text.trim(), once),
        (now) => {
          setText('');
          show('good', words.appealed);
          sent(now);
        },
        (error) => {
          if (error instanceof ApiProblem && error.code === 'not_appealable') {
            stale?.();
          }
          return false;
        },
      );
    }
  };
  return (
    <form onSubmit={send} data-testid="appeal-form">
      <p className={styles.lead}>{words.appealLead}</p>
      <Area label={words.appealText} rows={5} value={text} count={[length, appealCharsMax]} fault={fault} onChange={(event) => setText(event.target.value)} />
      <div className={styles.answers}>
        {children}
        <Button variant="primary" type="submit" busy={busy} disabled={!fits}>
          {words.appealSend}
        </Button>
      </div>
    </form>
  );
}
