/** All there is for somebody who is suspended: what was decided, why and until when, the appeal, and the way out. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { fetchOwnDecisions, type Decision } from '../../app/api/moderation';
import { useMessages } from '../../app/i18n';
import { inForce, isAgainstAuthor } from '../../app/moderation/ruling';
import { usePageTitle } from '../../app/pageTitle';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { useMe } from '../../app/state/me';
import { usePages } from '../../app/state/pages';
import { useToasts } from '../../app/state/toasts';
import { BrandMark } from '../../app/ui/Brand';
import { Button } from '../../app/ui/controls';
import { LanguageSwitch } from '../../app/ui/LanguageSwitch';
import { useWhen } from '../../app/when';
import { DecisionCard } from './DecisionCard';
import styles from './SuspendedPage.module.css';
import { useLookAgain } from './useLookAgain';
import { useSuspendedWords } from './words';

export function SuspendedPage() {
  const words = useSuspendedWords();
  const { brand, common } = useMessages();
  usePageTitle(words.title);
  const show = useToasts((state) => state.show);
  const signOut = useMe((state) => state.signOut);
  const [, go] = useLocation();
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // the page that was here is gone, and the focus with it
    if (document.activeElement === document.body) {
      main.current?.focus({ preventScroll: true });
    }
  }, []);
  const [ends, setEnds] = useState<number | null>(null);
  const over = useCallback(() => show('good', words.over), [show, words]);
  const { version, lookedMs, look } = useLookAgain(ends, over);
  const looking = useActing(true);
  const leaving = useActing(true);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <BrandMark />
        <b>{brand.name}</b>
        <LanguageSwitch />
      </header>
      <main ref={main} tabIndex={-1} className={styles.main} data-testid="suspended">
        <h1 className={styles.title}>{words.title}</h1>
        <Decisions version={version} lookedMs={lookedMs} ends={setEnds} />
        <div className={styles.acts}>
          <Button
            icon="history"
            busy={looking.busy}
            data-testid="look-again"
            onClick={() =>
              looking.act(look, (isIn) => {
                if (!isIn && useMe.getState().suspended) {
                  show('info', words.still);
                }
              })
            }
          >
            {words.look}
          </Button>
          <Button icon="exit" busy={leaving.busy} data-testid="sign-out" onClick={() => leaving.act(signOut, () => go('/', { replace: true }))}>
            {common.signOut}
          </Button>
        </div>
      </main>
    </div>
  );
}

interface DecisionsProps {
  version: number;
  lookedMs: number;
  ends(atMs: number | null): void;
}

function Decisions({ version, lookedMs, ends }: DecisionsProps) {
  const words = useSuspendedWords();
  const { common } = useMessages();
  const when = useWhen();
  const problem = useProblemText();
  const list = usePages('own decisions', (cursor, signal) => fetchOwnDecisions({ cursor, signal }), ({ id }) => id, version);
  const holding = inForce(list.entries, lookedMs);
  const others = list.entries.filter((decision) => !holding.includes(decision) && isAgainstAuthor(decision.action));
  const untilMs = holding[0]?.untilMs ?? null;
  useEffect(() => ends(untilMs), [ends, untilMs]);
  const { hasMore, busy, error, more } = list;
  const searching = holding.length === 0 && hasMore && !busy && error === null;
  useEffect(() => {
    // what keeps one out is further down
    if (searching) {
      more();
    }
  });
  if (list.status === 'loading') {
    return (
      <p className={styles.lead} role="status">
        {common.loading}
      </p>
    );
  }
  if (list.status === 'failed') {
    return (
      <div className={styles.lead} role="alert">
        <p>{problem(list.error)}</p>
        <Button onClick={list.again}>{common.retry}</Button>
      </div>
    );
  }
  const change = (now: Decision): void => list.edit((entries) => entries.map((each) => (each.id === now.id ? now : each)));
  const cards = (decisions: readonly Decision[], holds: boolean) => decisions.map((decision) => <DecisionCard key={decision.id} decision={decision} holds={holds} change={change} again={list.again} />);
  return (
    <>
      <p className={styles.lead} data-testid="suspended-until">
        {holding.length === 0 ? words.unknown : untilMs === null ? words.noEnd : words.until(when(untilMs))} {words.meanwhile}
      </p>
      {holding.length > 0 && (
        <section>
          <h2 className={styles.heading}>{words.decision}</h2>
          {cards(holding, true)}
        </section>
      )}
      {others.length > 0 && (
        <section data-testid="other-decisions">
          <h2 className={styles.heading}>{words.others}</h2>
          <p className={styles.small}>{words.othersLead}</p>
          {cards(others, false)}
        </section>
      )}
      {list.error !== null && (
        <p className={styles.lead} role="alert">
          {problem(list.error)}
        </p>
      )}
      {hasMore && (
        <Button busy={busy} data-testid="more" onClick={more}>
          {common.more}
        </Button>
      )}
    </>
  );
}
