/** What moderators decided about one, appeals against it, and what one has reported. */
import { useState } from 'react';
import { Link } from 'wouter';
import { fetchOwnDecisions, fetchOwnReports, type Decision } from '../../app/api/moderation';
import { textOf, useMessages } from '../../app/i18n';
import { AppealForm } from '../../app/moderation/AppealForm';
import { DecisionText } from '../../app/moderation/DecisionText';
import { isAppealable } from '../../app/moderation/ruling';
import { useModerationWords } from '../../app/moderation/words';
import { useProblemText } from '../../app/social/useProblemText';
import { usePages } from '../../app/state/pages';
import { Button } from '../../app/ui/controls';
import { Dialog } from '../../app/ui/Dialog';
import { smallClass } from '../../app/ui/form';
import { Icon } from '../../app/ui/Icon';
import { PagedList } from '../../app/ui/PagedList';
import { useWhen } from '../../app/when';
import { Section } from './Section';
import styles from './settings.module.css';

export function DecisionsTab() {
  const { own: words } = useModerationWords();
  return (
    <>
      <Decisions />
      <Reports />
      <Section title={words.logTitle}>
        <Link href="/moderation/log">{words.log}</Link>
      </Section>
    </>
  );
}

function Decisions() {
  const { own: words } = useModerationWords();
  const problem = useProblemText();
  const list = usePages('decisions', (cursor, signal) => fetchOwnDecisions({ cursor, signal }), ({ id }) => id);
  return (
    <Section title={words.decisions} lead={words.decisionsLead} testId="decisions">
      <PagedList list={list} label={words.decisions} empty={words.noDecisions} problem={problem}>
        {(decision) => <Entry key={decision.id} decision={decision} change={(now) => list.edit((entries) => entries.map((each) => (each.id === now.id ? now : each)))} />}
      </PagedList>
    </Section>
  );
}

function Entry({ decision, change }: { decision: Decision; change(now: Decision): void }) {
  const { own: words } = useModerationWords();
  const [appealing, setAppealing] = useState(false);
  const [seenMs] = useState(() => Date.now());
  return (
    <li className={styles.entry} data-decision={decision.action}>
      <Icon name="shield" />
      <span className={styles.entryWords}>
        <DecisionText decision={decision} />
        {decision.appeal && (
          <span className={smallClass} data-testid="appeal" data-state={decision.appeal.state}>
            {words.appealStates[decision.appeal.state]}
          </span>
        )}
      </span>
      {isAppealable(decision, seenMs) && (
        <Button className={styles.smallButton} aria-haspopup="dialog" onClick={() => setAppealing(true)} data-testid="appeal-begin">
          {words.appeal}
        </Button>
      )}
      {appealing && <AppealDialog decision={decision} done={change} close={() => setAppealing(false)} />}
    </li>
  );
}

interface AppealDialogProps {
  decision: Decision;
  done(now: Decision): void;
  close(): void;
}

function AppealDialog({ decision, done, close }: AppealDialogProps) {
  const { own: words } = useModerationWords();
  const { common } = useMessages();
  return (
    <Dialog title={words.appealTitle} close={close}>
      <div className={styles.dialog} data-testid="appeal-dialog">
        <AppealForm
          decision={decision}
          sent={(now) => {
            done(now);
            close();
          }}
        >
          <Button onClick={close}>{common.cancel}</Button>
        </AppealForm>
      </div>
    </Dialog>
  );
}

function Reports() {
  const { own: words, kinds, reasons } = useModerationWords();
  const problem = useProblemText();
  const when = useWhen();
  const list = usePages('reports', (cursor, signal) => fetchOwnReports({ cursor, signal }), ({ id }) => id);
  return (
    <Section title={words.reports} lead={words.reportsLead} testId="own-reports">
      <PagedList list={list} label={words.reports} empty={words.noReports} problem={problem}>
        {({ id, kind, reason, comment, open, reportedMs }) => (
          <li key={id} className={styles.entry} data-report={kind}>
            <Icon name="flag" />
            <span className={styles.entryWords}>
              <b>{words.about(textOf(reasons, reason), textOf(kinds, kind))}</b>
              {comment !== '' && <span>{comment}</span>}
              <span className={smallClass}>
                {open ? words.open : words.closed} · <time dateTime={new Date(reportedMs).toISOString()}>{when(reportedMs)}</time>
              </span>
            </span>
          </li>
        )}
      </PagedList>
    </Section>
  );
}
