/** The guestbook of a room: writing into it, and what others wrote. */
import { fetchEntries, type GuestbookEntry } from '../api/guestbook';
import type { User } from '../api';
import { useProblemText } from '../social/useProblemText';
import { usePages } from '../state/pages';
import { useSignInAddress } from '../state/signInAddress';
import { ButtonLink } from '../ui/controls';
import { PagedList } from '../ui/PagedList';
import { Entry } from './Entry';
import styles from './guestbook.module.css';
import { Write } from './Write';
import { useGuestbookWords } from './words';

interface GuestbookProps {
  roomId: string;
  /** Whether the room is one's own. */
  own: boolean;
  me: User | null;
}

export function Guestbook({ roomId, own, me }: GuestbookProps) {
  const words = useGuestbookWords();
  const problem = useProblemText();
  const signIn = useSignInAddress();
  // who is asking decides what there is
  const list = usePages(`${roomId} ${me?.id ?? ''}`, (cursor, signal) => fetchEntries(roomId, { cursor, signal }), ({ id }) => id);
  const change = (now: GuestbookEntry): void => list.edit((entries) => entries.map((entry) => (entry.id === now.id ? now : entry)));
  return (
    <div className={styles.book} data-testid="guestbook">
      {me ? (
        <Write roomId={roomId} own={own} written={(entry) => list.edit((entries) => [entry, ...entries])} />
      ) : (
        <ButtonLink href={signIn} variant="primary" icon="pencil" wide>
          {words.signIn}
        </ButtonLink>
      )}
      <PagedList list={list} label={words.title} empty={own ? words.noneOwn : words.none} problem={problem}>
        {(entry) => <Entry key={entry.id} entry={entry} own={own} me={me} change={change} gone={() => list.edit((entries) => entries.filter(({ id }) => id !== entry.id))} />}
      </PagedList>
    </div>
  );
}
