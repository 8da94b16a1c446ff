/** The last edits of the room, in plain words. */
import type { LiveRoom } from 'maru-client';
import { useLocale } from '../../../app/i18n';
import { historyText } from './historyText';
import styles from './manage.module.css';
import { Missing } from './Missing';
import { useRoomList } from './useRoomList';
import { useWhen } from '../../../app/when';
import { useManageWords } from './words';

export function HistoryPanel({ live }: { live: LiveRoom }) {
  const { history } = useManageWords();
  const locale = useLocale();
  const when = useWhen();
  const [listed, again] = useRoomList(live, 'history');
  if (listed.status !== 'ready') {
    return <Missing listed={listed} again={again} />;
  }
  if (listed.list.length === 0) {
    return <p className={styles.empty}>{history.empty}</p>;
  }
  return (
    <div className={styles.scroll}>
      <p className={styles.lead}>{history.lead}</p>
      {/* a list that scrolls must be reached by the keyboard */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ol className={styles.history} tabIndex={0} aria-label={history.lead}>
        {listed.list.map((edit) => (
          <li key={`${edit.seq}-${edit.atMs}`}>
            <span>{historyText(locale, edit)}</span>
            <time dateTime={new Date(edit.atMs).toISOString()}>{when(edit.atMs)}</time>
          </li>
        ))}
      </ol>
    </div>
  );
}
