/** The front door: one room to try at once, and all the others. */
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { fetchRooms, type RoomCard as Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { problemText } from '../../app/problemText';
import { roomAddress } from '../../app/roomAddress';
import { useMe } from '../../app/state/me';
import { useResource } from '../../app/state/resource';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { PageHeader } from '../../app/ui/PageHeader';
import { Hero } from './Hero';
import styles from './HomePage.module.css';
import { pickRandomRoom } from './randomVisit';
import { RoomCard, RoomCardSkeleton } from './RoomCard';

const roomsAtOnce = 24;

export function HomePage() {
  const messages = useMessages();
  usePageTitle('');
  const [first, again] = useResource('rooms', (signal) => fetchRooms(null, roomsAtOnce, signal));
  const rooms = useMemo(() => (first.status === 'ready' ? first.value.entries : []), [first]);
  return (
    <div className={styles.page}>
      <PageHeader />
      <main id="content" className={styles.main}>
        <Hero room={rooms[0] ?? null} loading={first.status === 'loading'} random={<RandomVisit rooms={rooms} />} />
        <section className={styles.rooms} aria-labelledby="rooms-title">
          <div className={styles.roomsHead}>
            <h2 id="rooms-title">{messages.home.rooms}</h2>
            <p>{messages.home.roomsLead}</p>
          </div>
          {first.status === 'failed' && (
            <div className={styles.trouble} role="alert">
              <p>
                {messages.home.failed} {problemText(messages, first.error)}
              </p>
              <Button onClick={again}>{messages.common.retry}</Button>
            </div>
          )}
          {first.status === 'loading' && <Skeletons />}
          {first.status === 'ready' && <RoomList rooms={rooms} nextCursor={first.value.nextCursor} />}
        </section>
      </main>
      <footer className={styles.footer}>{messages.brand.tagline}</footer>
    </div>
  );
}

function Skeletons() {
  return (
    <div className={styles.grid} aria-hidden="true">
      {[1, 2, 3, 4, 5, 6].map((each) => (
        <RoomCardSkeleton key={each} />
      ))}
    </div>
  );
}

function RoomList({ rooms, nextCursor }: { rooms: readonly Room[]; nextCursor: string | null }) {
  const messages = useMessages();
  const show = useToasts((state) => state.show);
  const [later, setLater] = useState<{ rooms: readonly Room[]; cursor: string | null }>({ rooms: [], cursor: nextCursor });
  const [loading, setLoading] = useState(false);
  const more = async (): Promise<void> => {
    setLoading(true);
    try {
      const page = await fetchRooms(later.cursor, roomsAtOnce);
      setLater({ rooms: [...later.rooms, ...page.entries], cursor: page.nextCursor });
    } catch (error) {
      show('bad', problemText(messages, error));
    } finally {
      setLoading(false);
    }
  };
  const all = [...rooms, ...later.rooms].filter((room, at, list) => list.findIndex((other) => other.id === room.id) === at);
  if (all.length === 0) {
    return <p className={styles.trouble}>{messages.home.empty}</p>;
  }
  return (
    <>
      <ul className={styles.grid}>
        {all.map((room) => (
          <li key={room.id}>
            <RoomCard room={room} />
          </li>
        ))}
      </ul>
      {later.cursor !== null && (
        <div className={styles.more}>
          <Button disabled={loading} onClick={() => void more()}>
            {messages.home.more}
          </Button>
        </div>
      )}
    </>
  );
}

function RandomVisit({ rooms }: { rooms: readonly Room[] }) {
  const { home } = useMessages();
  const [, go] = useLocation();
  const me = useMe((state) => state.user);
  const show = useToasts((state) => state.show);
  const visit = (): void => {
    const room = pickRandomRoom(rooms, me?.id ?? null, Math.random);
    if (room) {
      go(roomAddress(room));
    } else {
      show('info', home.randomNone);
    }
  };
  return (
    <Button shape="large" icon="dice" onClick={visit}>
      {home.randomVisit}
    </Button>
  );
}
