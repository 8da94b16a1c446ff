/** One room in the list: its picture, whose it is, who is in. */
import { Link } from 'wouter';
import type { RoomCard as Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { RoomPicture } from '../../app/pictures/RoomPicture';
import { roomAddress } from '../../app/roomAddress';
import { Chip, classes, dotClass } from '../../app/ui/controls';
import { Portrait } from '../../app/ui/Portrait';
import styles from './RoomCard.module.css';

export function RoomCard({ room }: { room: Room }) {
  const { home } = useMessages();
  const { owner } = room;
  return (
    <Link
      href={roomAddress(room)}
      className={classes(styles.card, room.theme.light === 'night' && styles.night)}
    >
      <div className={styles.picture}>
        <RoomPicture theme={room.theme} items={room.items} thumbnail={room.thumbnailUrl} />
        <span className={styles.people}>
          <Chip {...(room.peopleNow > 0 ? { tone: 'good' as const } : {})}>
            {room.peopleNow > 0 && <span className={dotClass} />}
            {home.peopleNow(room.peopleNow)}
          </Chip>
        </span>
      </div>
      <div className={styles.text}>
        <Portrait look={owner.look} size={42} />
        <div className={styles.names}>
          <h3>{room.name}</h3>
          <p>{owner.displayName}</p>
        </div>
      </div>
      {owner.mood !== '' && <p className={styles.mood}>{owner.mood}</p>}
    </Link>
  );
}

export function RoomCardSkeleton() {
  return <div className={styles.skeleton} />;
}
