/** The picture of a room, painted when it comes into view. */
import { useEffect, useRef, useState } from 'react';
import type { RoomItem, Theme } from '../api';
import { classes } from '../ui/controls';
import styles from './RoomPicture.module.css';

interface RoomPictureProps {
  theme: Theme;
  items: readonly RoomItem[];
  /** Where the server has drawn it already. */
  thumbnail?: string | null | undefined;
}

/** The server's drawing where there is one: without it, or when it does not come, the page draws. */
export function RoomPicture({ theme, items, thumbnail = null }: RoomPictureProps) {
  const [missing, setMissing] = useState<string | null>(null);
  if (thumbnail === null || thumbnail === missing) {
    return <Drawn theme={theme} items={items} />;
  }
  return (
    <div className={styles.frame}>
      <img className={styles.picture} src={thumbnail} alt="" loading="lazy" decoding="async" draggable={false} data-testid="room-picture" data-drawn="server" onError={() => setMissing(thumbnail)} />
    </div>
  );
}

function Drawn({ theme, items }: Pick<RoomPictureProps, 'theme' | 'items'>) {
  const host = useRef<HTMLDivElement>(null);
  const seen = useSeen(host);
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!seen) {
      return undefined;
    }
    let gone = false;
    const paint = async (): Promise<void> => {
      const { roomImage } = await import('./roomImage');
      const painted = await roomImage(theme, items);
      if (!gone) {
        setAddress(painted);
      }
    };
    // a card without its picture still says whose room it is
    paint().catch((error: unknown) => reportError(error));
    return () => {
      gone = true;
    };
  }, [seen, theme, items]);
  return (
    <div ref={host} className={styles.frame}>
      {address !== null && <img className={classes(styles.picture)} src={address} alt="" draggable={false} data-testid="room-picture" />}
    </div>
  );
}

/** Whether the element has come near the view. */
function useSeen(host: React.RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!host.current) {
      return undefined;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) {
          setSeen(true);
          observer.disconnect();
        }
      },
      { rootMargin: '200px' },
    );
    observer.observe(host.current);
    return () => observer.disconnect();
  }, [host]);
  return seen;
}
