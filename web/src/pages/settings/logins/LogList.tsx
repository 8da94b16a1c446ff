/** What was done about the account, the newest first. */
import { fetchLog } from '../../../app/api/account';
import { textOf } from '../../../app/i18n';
import { useProblemText } from '../../../app/social/useProblemText';
import { usePages } from '../../../app/state/pages';
import { smallClass } from '../../../app/ui/form';
import { PagedList } from '../../../app/ui/PagedList';
import { useWhen } from '../../../app/when';
import { Section } from '../Section';
import styles from '../settings.module.css';
import { useSettingsWords } from '../words';
import { useDeviceName } from './useDeviceName';

export function LogList() {
  const { log: words } = useSettingsWords();
  const problem = useProblemText();
  const when = useWhen();
  const deviceName = useDeviceName();
  // lines have no names: their moment and kind tell them apart well enough
  const list = usePages('log', (cursor, signal) => fetchLog({ cursor, signal, limit: 10 }), ({ atMs, action }) => `${atMs} ${action}`);
  return (
    <Section title={words.title} lead={words.lead} testId="log">
      <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
        {({ atMs, action, by, userAgent, address }) => {
          const notes = [by === 'oneself' ? null : words[by], userAgent ? deviceName(userAgent) : null, address].filter(Boolean);
          return (
            <li key={`${atMs} ${action}`} className={styles.entry} data-action={action}>
              <span className={styles.entryWords}>
                <b>{textOf(words.actions, action)}</b>
                {notes.length > 0 && <span className={smallClass}>{notes.join(' · ')}</span>}
              </span>
              <time className={smallClass} dateTime={new Date(atMs).toISOString()}>
                {when(atMs)}
              </time>
            </li>
          );
        }}
      </PagedList>
    </Section>
  );
}
