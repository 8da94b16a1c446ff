/** What the connection is doing, while it is not simply there. */
import { useEffect, useState } from 'react';
import { useMessages } from '../../app/i18n';
import { Button, classes } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import styles from './ConnectionBanner.module.css';

export type Trouble =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'reconnecting'; readonly retryInMs: number | null }
  | { readonly kind: 'offline' }
  | { readonly kind: 'restored' };

interface ConnectionBannerProps {
  trouble: Trouble | null;
  retry: (() => void) | null;
}

export function ConnectionBanner({ trouble, retry }: ConnectionBannerProps) {
  const { connection } = useMessages();
  return (
    <div className={styles.place} role="status" aria-live="polite" data-testid="connection" data-state={trouble?.kind ?? 'fine'}>
      {trouble && (
        <div className={classes(styles.banner, styles[trouble.kind])}>
          <Icon name={trouble.kind === 'restored' ? 'check' : trouble.kind === 'connecting' ? 'cloud' : 'unplugged'} size={20} />
          {trouble.kind === 'connecting' && <span>{connection.connecting}</span>}
          {trouble.kind === 'restored' && <span>{connection.restored}</span>}
          {trouble.kind === 'offline' && <span>{connection.offline}</span>}
          {trouble.kind === 'reconnecting' && <Reconnecting key={trouble.retryInMs} retryInMs={trouble.retryInMs} />}
          {retry && (trouble.kind === 'reconnecting' || trouble.kind === 'offline') && (
            <Button className={styles.now} onClick={retry}>
              {connection.now}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

/** The countdown is for the eyes: read out, each second would be a sentence. Each attempt mounts its own. */
function Reconnecting({ retryInMs }: { retryInMs: number | null }) {
  const { connection } = useMessages();
  const [seconds, setSeconds] = useState(() => Math.ceil((retryInMs ?? 0) / 1000));
  useEffect(() => {
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1000);
    return () => clearInterval(timer);
  }, []);
  const counting = seconds > 0;
  return (
    <>
      <span className={classes(counting && 'visually-hidden')}>{connection.reconnecting}</span>
      {counting && <span aria-hidden="true">{connection.reconnectingIn(seconds)}</span>}
    </>
  );
}
