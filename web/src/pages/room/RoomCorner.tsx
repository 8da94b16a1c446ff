/** In the corner of a room: how many came, the way on to another room, and by whom one got here. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import type { Room, User } from '../../app/api';
import { surf } from '../../app/api/visits';
import { Reporting } from '../../app/moderation/Reporting';
import { roomAddress } from '../../app/roomAddress';
import { useActing } from '../../app/social/useActing';
import { useToasts } from '../../app/state/toasts';
import { Button, IconButton } from '../../app/ui/controls';
import { arrivedBy, arriving } from '../../app/visits/arrived';
import { VisitCounter } from '../../app/visits/VisitCounter';
import { useVisitWords } from '../../app/visits/words';
import styles from './RoomCorner.module.css';

const VisitorsDialog = lazy(async () => ({ default: (await import('../../app/visits/Visitors')).VisitorsDialog }));

/** From one's coming in until it is counted. */
const countedAfterMs = 2500;

interface RoomCornerProps {
  room: Room;
  me: User | null;
  /** Then one counts as well. */
  inside: boolean;
}

export function RoomCorner({ room, me, inside }: RoomCornerProps) {
  const words = useVisitWords();
  const [, go] = useLocation();
  const show = useToasts((state) => state.show);
  const arrived = arrivedBy(useHistoryState<unknown>());
  const [open, setOpen] = useState<'visitors' | 'report' | null>(null);
  const { busy, act } = useActing(true);
  const own = me?.id === room.owner.id;
  const close = (): void => setOpen(null);
  const ride = (): void =>
    act(() => surf(room.id), (wave) => {
      if (wave) {
        go(roomAddress(wave.room), { state: arriving(wave.via, room.owner.displayName) });
      } else {
        show('info', words.nowhere);
      }
    });
  const counter = <VisitCounter roomId={room.id} version={useSince(inside, countedAfterMs) ? 1 : 0} />;
  return (
    <div className={styles.corner} role="group" aria-label={words.corner}>
      <div className={styles.row}>
        {own ? (
          <button type="button" className={styles.counter} title={words.visitors} aria-haspopup="dialog" data-testid="open-visitors" onClick={() => setOpen('visitors')}>
            {counter}
          </button>
        ) : (
          <span className={styles.counter}>{counter}</span>
        )}
        <Button icon="wave" busy={busy} className={styles.surf} title={words.surfLead} data-testid="surf" onClick={ride}>
          {words.surf}
        </Button>
        {!own && <IconButton icon="flag" variant="quiet" label={words.reportRoom} aria-haspopup="dialog" className={styles.flag} data-testid="report-room" onClick={() => setOpen('report')} />}
      </div>
      {arrived && (
        <p className={styles.via} role="status" data-testid="via" data-via={arrived.via}>
          {words.via[arrived.via](arrived.from)}
        </p>
      )}
      {open === 'visitors' && (
        <Suspense>
          <VisitorsDialog roomId={room.id} close={close} />
        </Suspense>
      )}
      <Reporting what={open === 'report' ? { kind: 'room', id: room.id } : null} close={close} />
    </div>
  );
}

/** Whether it has been so for a while, ever. */
function useSince(now: boolean, ms: number): boolean {
  const [since, setSince] = useState(false);
  useEffect(() => {
    if (!now) {
      return undefined;
    }
    const timer = setTimeout(() => setSince(true), ms);
    return () => clearTimeout(timer);
  }, [now, ms]);
  return since;
}
