/** /moderation/log: what moderators decided, for everybody to see, without names. */
import { fetchModerationLog } from '../../app/api/moderation';
import { textOf, useLocale } from '../../app/i18n';
import { useModerationWords } from '../../app/moderation/words';
import { usePageTitle } from '../../app/pageTitle';
import { useProblemText } from '../../app/social/useProblemText';
import { usePages } from '../../app/state/pages';
import { cardClass, classes } from '../../app/ui/controls';
import { smallClass } from '../../app/ui/form';
import { PageFrame } from '../../app/ui/PageFrame';
import { PagedList } from '../../app/ui/PagedList';
import { dayText } from '../../app/visits/dayText';
import styles from './desk.module.css';
import { useDeskWords } from './words';

/** Lines of the log have no names of their own. */
let read = 0;

export function ModerationLogPage() {
  const words = useDeskWords();
  const { own, actions, kinds, reasons } = useModerationWords();
  const locale = useLocale();
  const problem = useProblemText();
  usePageTitle(words.log);
  const list = usePages(
    'moderation-log',
    async (cursor, signal) => {
      const page = await fetchModerationLog({ cursor, limit: 50, signal });
      return { ...page, entries: page.entries.map((line) => ({ ...line, number: (read += 1) })) };
    },
    ({ number }) => number,
  );
  return (
    <PageFrame>
      <div className={classes(cardClass, styles.card, styles.part)}>
        <h1 className={styles.title}>{words.log}</h1>
        <p className={smallClass}>{words.logLead}</p>
        <div data-testid="moderation-log">
          <PagedList list={list} label={words.log} empty={words.noLog} problem={problem}>
            {({ number, kind, action, rule, day, appeal }) => (
              <li key={number} className={classes(styles.row, styles.words)} data-action={action} data-kind={kind}>
                <b>{own.about(textOf(actions, action), textOf(kinds, kind))}</b>
                <span className={smallClass}>
                  {own.because(textOf(reasons, rule))} · <time dateTime={day}>{dayText(locale, day)}</time>
                  {appeal !== null && ` · ${words.appeal[appeal]}`}
                </span>
              </li>
            )}
          </PagedList>
        </div>
      </div>
    </PageFrame>
  );
}
