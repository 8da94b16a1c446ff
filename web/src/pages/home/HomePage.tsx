/** The front door: one room to try at once, and what there is besides. */
import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import { fetchRooms } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { problemText } from '../../app/problemText';
import { roomAddress } from '../../app/roomAddress';
import { useResource } from '../../app/state/resource';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { PageHeader } from '../../app/ui/PageHeader';
import { Hero } from './Hero';
import styles from './HomePage.module.css';

const Discovery = lazy(async () => ({ default: (await import('./Discovery')).Discovery }));

export function HomePage() {
  const messages = useMessages();
  usePageTitle('');
  const [liveliest] = useResource('liveliest', (signal) => fetchRooms(null, 1, signal));
  const room = liveliest.status === 'ready' ? (liveliest.value.entries[0] ?? null) : null;
  return (
    <div className={styles.page}>
      <PageHeader />
      <main id="content" className={styles.main}>
        <Hero room={room} loading={liveliest.status === 'loading'} random={<RandomVisit />} />
        <Suspense fallback={<div className={styles.coming} />}>
          <Discovery />
        </Suspense>
      </main>
      <footer className={styles.footer}>{messages.brand.tagline}</footer>
    </div>
  );
}

function RandomVisit() {
  const messages = useMessages();
  const [, go] = useLocation();
  const show = useToasts((state) => state.show);
  const [busy, setBusy] = useState(false);
  const visit = async (): Promise<void> => {
    setBusy(true);
    try {
      const { fetchRandomRoom } = await import('../../app/api/recommendations');
      const room = await fetchRandomRoom();
      if (room) {
        go(roomAddress(room));
        return;
      }
      show('info', messages.home.randomNone);
    } catch (error) {
      show('bad', problemText(messages, error));
    }
    setBusy(false);
  };
  return (
    <Button shape="large" icon="dice" busy={busy} data-testid="random-visit" onClick={() => void visit()}>
      {messages.home.randomVisit}
    </Button>
  );
}
