/** The person's room, from outside. */
import { Link } from 'wouter';
import { ApiProblem, fetchRoom } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { RoomPicture } from '../../app/pictures/RoomPicture';
import { useProblemText } from '../../app/social/useProblemText';
import { useSocialWords } from '../../app/social/words';
import { useResource } from '../../app/state/resource';
import { cardClass, Chip, classes, dotClass } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { VisitCounter } from '../../app/visits/VisitCounter';
import styles from './profile.module.css';

export function ProfileRoom({ roomId, handle, own }: { roomId: string; handle: string; own: boolean }) {
  const { profile: words } = useSocialWords();
  const { home } = useMessages();
  const problem = useProblemText();
  const [room] = useResource(roomId, (signal) => fetchRoom(roomId, signal));
  const found = room.status === 'ready' ? room.value : null;
  return (
    <Link href={`/r/${handle}`} className={classes(cardClass, styles.room, found?.theme.light === 'night' && styles.night)} data-testid="visit">
      <span className={styles.picture}>{found && <RoomPicture theme={found.theme} items={found.items} thumbnail={found.thumbnailUrl} />}</span>
      <span className={styles.roomWords}>
        {found && <b className={styles.roomName}>{found.name}</b>}
        {room.status !== 'failed' && <VisitCounter roomId={roomId} />}
        {found && found.peopleNow > 0 && (
          <Chip tone="good">
            <span className={dotClass} />
            {home.peopleNow(found.peopleNow)}
          </Chip>
        )}
        {room.status === 'failed' && <span className={styles.small}>{isClosed(room.error) ? words.roomClosed : problem(room.error)}</span>}
        <span className={styles.go}>
          <Icon name="door" size={20} />
          {own ? words.myRoom : words.visit}
        </span>
      </span>
    </Link>
  );
}

/** Not to be seen by whoever asks, rather than not to be had just now. */
function isClosed(error: unknown): boolean {
  return error instanceof ApiProblem && [401, 403, 404].includes(error.status);
}
