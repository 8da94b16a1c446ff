/** /guestbook/:id: one entry with what was written back, where notices lead. */
import { useState } from 'react';
import { fetchRoom } from '../../app/api';
import { fetchEntry, type GuestbookEntry } from '../../app/api/guestbook';
import type { Room, User } from '../../app/api';
import { Entry } from '../../app/guestbook/Entry';
import { useGuestbookWords } from '../../app/guestbook/words';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { roomAddress } from '../../app/roomAddress';
import { useProblemText } from '../../app/social/useProblemText';
import { useMe } from '../../app/state/me';
import { useResource } from '../../app/state/resource';
import { Button, ButtonLink, cardClass, classes } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { Waiting } from '../../app/ui/Waiting';
import styles from './GuestbookEntryPage.module.css';

interface Found {
  readonly entry: GuestbookEntry;
  readonly room: Room;
}

/** A reply is shown with what it replies to. */
async function find(id: string, signal: AbortSignal): Promise<Found> {
  const found = await fetchEntry(id, signal);
  const entry = found.parent === null ? found : await fetchEntry(found.parent, signal);
  return { entry, room: await fetchRoom(entry.roomId, signal) };
}

export function GuestbookEntryPage({ id }: { id: string }) {
  const words = useGuestbookWords();
  const { common } = useMessages();
  const problem = useProblemText();
  const me = useMe((state) => state.user);
  const [found, again] = useResource(`${id} ${me?.id ?? ''}`, (signal) => find(id, signal));
  usePageTitle(words.title);
  if (found.status === 'loading' || me === undefined) {
    return <Waiting />;
  }
  if (found.status === 'failed') {
    return (
      <Notice title={words.title} lead={problem(found.error)} alone>
        <Button variant="primary" onClick={again}>
          {common.retry}
        </Button>
        <ButtonLink href="/">{common.home}</ButtonLink>
      </Notice>
    );
  }
  return <Shown found={found.value} me={me} />;
}

function Shown({ found: { entry: first, room }, me }: { found: Found; me: User | null }) {
  const words = useGuestbookWords();
  const { room: roomWords } = useMessages();
  const [entry, setEntry] = useState<GuestbookEntry | null>(first);
  return (
    <PageFrame>
      <div className={classes(cardClass, styles.card)}>
        <h1>{words.title}</h1>
        <p className={styles.where}>
          {room.name} · {roomWords.of(room.owner.displayName)}
        </p>
        <ul aria-label={words.one}>{entry && <Entry entry={entry} own={room.role === 'owner'} me={me} isOpen change={setEntry} gone={() => setEntry(null)} />}</ul>
        <ButtonLink href={`${roomAddress(room)}?show=guestbook`} icon="book">
          {words.all}
        </ButtonLink>
      </div>
    </PageFrame>
  );
}
