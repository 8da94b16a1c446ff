/** One decision in full: about what, why, until when; and the appeal against it. */
import { useId, useState, type ReactNode } from 'react';
import type { Decision } from '../../app/api/moderation';
import { textOf } from '../../app/i18n';
import { AppealForm } from '../../app/moderation/AppealForm';
import { appealUntilMs, isAppealable } from '../../app/moderation/ruling';
import { useModerationWords } from '../../app/moderation/words';
import { Button, cardClass, classes } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { useWhen } from '../../app/when';
import styles from './SuspendedPage.module.css';
import { useSuspendedWords } from './words';

interface DecisionCardProps {
  decision: Decision;
  /** It keeps the person out. */
  holds: boolean;
  change(now: Decision): void;
  again(): void;
}

export function DecisionCard({ decision, holds, change, again }: DecisionCardProps) {
  const words = useSuspendedWords();
  const { actions, kinds, reasons } = useModerationWords();
  const id = useId();
  const { action, kind, rule, untilMs, decidedMs } = decision;
  return (
    <article className={classes(cardClass, styles.card)} aria-labelledby={id} data-testid="decision" data-decision={action} data-holds={holds}>
      <h3 id={id} className={styles.action}>
        <Icon name="shield" />
        {textOf(actions, action)}
      </h3>
      <dl className={styles.facts}>
        <Fact name={words.what}>{kind === 'user' ? words.account : textOf(kinds, kind)}</Fact>
        <Fact name={words.because}>{textOf(reasons, rule)}</Fact>
        <Fact name={words.decided}>
          <Moment atMs={decidedMs} />
        </Fact>
        {action === 'suspend' && <Fact name={words.ends}>{untilMs === null ? words.endsNever : <Moment atMs={untilMs} />}</Fact>}
      </dl>
      <Appeal decision={decision} opened={holds} change={change} again={again} />
    </article>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Moment({ atMs }: { atMs: number }) {
  const when = useWhen();
  return <time dateTime={new Date(atMs).toISOString()}>{when(atMs)}</time>;
}

function Appeal({ decision, opened, change, again }: { decision: Decision; opened: boolean; change(now: Decision): void; again(): void }) {
  const words = useSuspendedWords();
  const { own } = useModerationWords();
  const when = useWhen();
  const [writing, setWriting] = useState(opened);
  const [seenMs] = useState(() => Date.now());
  const { appeal } = decision;
  if (appeal) {
    // It was taken back with another decision: there was no appeal against this one.
    const isOwn = appeal.text !== '';
    return (
      <div className={styles.appeal} data-testid="appeal" data-state={appeal.state}>
        <p className={classes(styles.state, appeal.state === 'overturned' && styles.good)} role="status">
          {isOwn ? own.appealStates[appeal.state] : words.takenBack}
        </p>
        {isOwn && (
          <>
            <h4>{words.yours}</h4>
            <blockquote className={styles.words}>{appeal.text}</blockquote>
            <p className={styles.small}>{words.sent(when(appeal.appealedMs))}</p>
          </>
        )}
      </div>
    );
  }
  if (!isAppealable({ ...decision, appeal: null }, seenMs)) {
    return <p className={styles.small}>{words.tooLate}</p>;
  }
  return (
    <div className={styles.appeal}>
      {writing ? (
        <>
          <h4>{words.appealTitle}</h4>
          <p className={styles.small}>{words.appealUntil(when(appealUntilMs(decision)))}</p>
          <AppealForm decision={decision} sent={change} stale={again} />
        </>
      ) : (
        <Button aria-expanded={false} data-testid="appeal-begin" onClick={() => setWriting(true)}>
          {own.appeal}
        </Button>
      )}
    </div>
  );
}
