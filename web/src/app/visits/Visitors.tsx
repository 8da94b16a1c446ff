/** Who came to one's room, the latest first. */
import { fetchVisitors, type Visitor } from '../api/visits';
import { useLocale } from '../i18n';
import { PersonRow } from '../social/PersonRow';
import { useProblemText } from '../social/useProblemText';
import { usePages } from '../state/pages';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { PagedList } from '../ui/PagedList';
import { useWhen } from '../when';
import social from '../social/social.module.css';
import { dayText } from './dayText';
import styles from './visits.module.css';
import { useVisitWords } from './words';

export function Visitors({ roomId }: { roomId: string }) {
  const words = useVisitWords();
  const problem = useProblemText();
  const list = usePages(roomId, (cursor, signal) => fetchVisitors(roomId, { cursor, signal }), ({ key }) => key);
  return (
    <div data-testid="visitors">
      <p className={social.lead}>{words.visitorsLead}</p>
      <PagedList list={list} label={words.visitors} empty={words.visitorsNone} problem={problem}>
        {(came) => <Came key={came.key} came={came} />}
      </PagedList>
    </div>
  );
}

function Came({ came: { visitor, day, cameMs } }: { came: Visitor }) {
  const words = useVisitWords();
  const when = useWhen();
  const locale = useLocale();
  if (visitor) {
    return <PersonRow person={visitor} note={cameMs === null ? dayText(locale, day) : when(cameMs)} />;
  }
  return (
    <li className={social.row} data-person="">
      <span className={styles.unnamed} title={words.unnamedLead}>
        <span className={styles.noFace}>
          <Icon name="person" />
        </span>
        <span className={social.words}>
          <b>{words.unnamed}</b>
          <time className={social.small} dateTime={day}>
            {dayText(locale, day)}
          </time>
        </span>
      </span>
    </li>
  );
}

export function VisitorsDialog({ roomId, close }: { roomId: string; close(): void }) {
  const words = useVisitWords();
  return (
    <Dialog title={words.visitors} tall close={close}>
      <div className={social.dialog}>
        <Visitors roomId={roomId} />
      </div>
    </Dialog>
  );
}
