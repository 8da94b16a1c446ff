/** /moderation: what waits for a moderator. */
import { useId, type ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { fetchAppeals, fetchCases, judgeAppeal, type Case, type StaffDecision } from '../../app/api/moderation';
import { textOf, useMessages } from '../../app/i18n';
import { DecisionText } from '../../app/moderation/DecisionText';
import { useModerationWords } from '../../app/moderation/words';
import { usePageTitle } from '../../app/pageTitle';
import { useActing } from '../../app/social/useActing';
import { useOnce } from '../../app/social/useOnce';
import { useProblemText } from '../../app/social/useProblemText';
import { useMe } from '../../app/state/me';
import { usePages } from '../../app/state/pages';
import { useToasts } from '../../app/state/toasts';
import { Button, ButtonLink, cardClass, Chip, classes } from '../../app/ui/controls';
import { smallClass } from '../../app/ui/form';
import { Icon } from '../../app/ui/Icon';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { PagedList } from '../../app/ui/PagedList';
import { Portrait } from '../../app/ui/Portrait';
import { TabList, type Tab } from '../../app/ui/TabList';
import { Waiting } from '../../app/ui/Waiting';
import { useWhen } from '../../app/when';
import styles from './desk.module.css';
import { useDeskWords } from './words';

type Desk = 'open' | 'closed' | 'appeals';

/** For moderators; others are told so. The server decides. */
export function ForModerators({ children }: { children: ReactNode }) {
  const words = useDeskWords();
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  if (me === undefined) {
    return <Waiting />;
  }
  if (me === null || me.role === 'user') {
    return (
      <Notice title={words.title} lead={words.forbidden} alone>
        {me === null && (
          <ButtonLink href="/login?return_to=%2Fmoderation" variant="primary">
            {common.signIn}
          </ButtonLink>
        )}
        <ButtonLink href="/moderation/log">{words.log}</ButtonLink>
      </Notice>
    );
  }
  return children;
}

export function ModerationPage() {
  const words = useDeskWords();
  usePageTitle(words.title);
  return (
    <ForModerators>
      <PageFrame>
        <h1 className={styles.title}>{words.title}</h1>
        <Tabs />
      </PageFrame>
    </ForModerators>
  );
}

function Tabs() {
  const words = useDeskWords();
  const id = useId();
  const [search, setSearch] = useSearchParams();
  const tabs: readonly Tab<Desk>[] = [
    { id: 'open', label: words.tabs.open, icon: 'flag' },
    { id: 'closed', label: words.tabs.closed, icon: 'check' },
    { id: 'appeals', label: words.tabs.appeals, icon: 'chat' },
  ];
  const chosen = tabs.find((tab) => tab.id === search.get('show'))?.id ?? 'open';
  return (
    <div className={classes(cardClass, styles.card)}>
      <div className={styles.tabs}>
        <TabList<Desk> id={id} label={words.title} tabs={tabs} chosen={chosen} choose={(show) => setSearch({ show }, { replace: true })} />
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body} data-testid={`desk-${chosen}`}>
        {chosen === 'appeals' ? <Appeals /> : <Cases key={chosen} state={chosen} />}
      </div>
    </div>
  );
}

function Cases({ state }: { state: 'open' | 'closed' }) {
  const words = useDeskWords();
  const problem = useProblemText();
  const list = usePages(state, (cursor, signal) => fetchCases(state, { cursor, signal }), ({ id }) => id);
  return (
    <PagedList list={list} label={words.tabs[state]} empty={state === 'open' ? words.noOpen : words.noClosed} problem={problem}>
      {(each) => <CaseRow key={each.id} of={each} />}
    </PagedList>
  );
}

function CaseRow({ of }: { of: Case }) {
  const words = useDeskWords();
  const { kinds } = useModerationWords();
  const when = useWhen();
  const kind = textOf(kinds, of.kind);
  return (
    <li className={styles.row} data-case={of.kind}>
      <Link href={`/moderation/cases/${of.id}`} className={styles.case}>
        {of.author ? <Portrait look={of.author.look} size={40} /> : <Icon name="person" />}
        <span className={styles.words}>
          <span className={styles.chips}>
            <b>{kind}</b>
            {of.reports > 0 && <Chip tone="waiting">{words.reports(of.reports)}</Chip>}
            {of.held && <Chip>{words.held}</Chip>}
          </span>
          <span className={styles.excerpt}>{of.text === '' ? words.noText : of.text}</span>
          <span className={smallClass}>
            {of.author ? `${of.author.displayName} @${of.author.handle}` : words.guest} · {of.closedMs === null ? words.waitsSince(when(of.openedMs)) : words.decidedAt(when(of.closedMs))}
          </span>
        </span>
      </Link>
    </li>
  );
}

function Appeals() {
  const words = useDeskWords();
  const problem = useProblemText();
  const list = usePages('appeals', (cursor, signal) => fetchAppeals({ cursor, signal }), ({ id }) => id);
  return (
    <PagedList list={list} label={words.tabs.appeals} empty={words.noAppeals} problem={problem}>
      {(decision) => <AppealRow key={decision.id} decision={decision} gone={() => list.edit((entries) => entries.filter(({ id }) => id !== decision.id))} />}
    </PagedList>
  );
}

function AppealRow({ decision, gone }: { decision: StaffDecision; gone(): void }) {
  const words = useDeskWords();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const { busy, act } = useActing(true);
  const [upheld, overturned] = [useOnce(decision.id, 'uphold'), useOnce(decision.id, 'overturn')];
  const judge = (outcome: 'uphold' | 'overturn'): void =>
    act(() => judgeAppeal(decision.id, outcome, outcome === 'uphold' ? upheld : overturned), () => {
      show('good', words.judged);
      gone();
    });
  return (
    <li className={classes(styles.row, styles.appeal)} data-appeal={decision.action}>
      <p className={styles.words}>
        <DecisionText decision={decision} />
      </p>
      {decision.note !== '' && <p className={smallClass}>{words.note(decision.note)}</p>}
      {decision.appeal && (
        <blockquote className={styles.said}>
          <p>{decision.appeal.text}</p>
          <footer className={smallClass}>{words.appealOf(when(decision.appeal.appealedMs))}</footer>
        </blockquote>
      )}
      <div className={styles.answers}>
        {decision.caseId !== null && (
          <ButtonLink href={`/moderation/cases/${decision.caseId}`} variant="quiet">
            {words.seeCase}
          </ButtonLink>
        )}
        <Button busy={busy} onClick={() => judge('uphold')}>
          {words.uphold}
        </Button>
        <Button variant="primary" busy={busy} onClick={() => judge('overturn')}>
          {words.overturn}
        </Button>
      </div>
    </li>
  );
}
