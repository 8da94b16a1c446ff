/** Where one has been, and letting go of it. */
import { useState } from 'react';
import { Link } from 'wouter';
import { clearOwnVisits, fetchOwnVisits } from '../api/visits';
import { roomAddress } from '../roomAddress';
import social from '../social/social.module.css';
import { useActing } from '../social/useActing';
import { useProblemText } from '../social/useProblemText';
import { usePages } from '../state/pages';
import { useToasts } from '../state/toasts';
import { Ask } from '../ui/Ask';
import { Button } from '../ui/controls';
import { PagedList } from '../ui/PagedList';
import { Portrait } from '../ui/Portrait';
import { useWhen } from '../when';
import styles from './visits.module.css';
import { useVisitWords } from './words';

export function OwnVisits() {
  const words = useVisitWords();
  const problem = useProblemText();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const [asking, ask] = useState(false);
  const { busy, act } = useActing(true);
  const list = usePages('visits', (cursor, signal) => fetchOwnVisits({ cursor, signal }), ({ roomId, cameMs }) => `${roomId} ${cameMs}`);
  const clear = (): void =>
    act(clearOwnVisits, () => {
      ask(false);
      show('good', words.cleared);
      list.edit(() => []);
    });
  return (
    <>
      {asking && <Ask question={words.clearAsk} yes={words.clear} busy={busy} confirm={clear} cancel={() => ask(false)} />}
      <PagedList list={list} label={words.own} empty={words.ownNone} problem={problem}>
        {({ roomId, roomName, owner, cameMs }) => (
          <li key={`${roomId} ${cameMs}`} className={social.row} data-room={roomId}>
            <Link href={roomAddress({ id: roomId, owner })} className={social.who}>
              <Portrait look={owner.look} size={44} />
              <span className={social.words}>
                <b>{roomName}</b>
                <span className={social.small}>
                  {words.roomOf(owner.displayName)} · <time dateTime={new Date(cameMs).toISOString()}>{when(cameMs)}</time>
                </span>
              </span>
            </Link>
          </li>
        )}
      </PagedList>
      {!asking && list.entries.length > 0 && (
        <div className={styles.clear}>
          <Button icon="trash" onClick={() => ask(true)} data-testid="clear-visits">
            {words.clear}
          </Button>
        </div>
      )}
    </>
  );
}
