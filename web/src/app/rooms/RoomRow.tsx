/** A room in a list: its picture, what it is called, whose it is, who is in. */
import { Link } from 'wouter';
import type { RoomCard } from '../api';
import { useMessages } from '../i18n';
import { RoomPicture } from '../pictures/RoomPicture';
import { roomAddress } from '../roomAddress';
import { Chip, classes, dotClass } from '../ui/controls';
import styles from './RoomRow.module.css';

interface RoomRowProps {
  room: RoomCard & { readonly isFront?: boolean };
  /** In place of whose it is. */
  note?: string;
}

export function RoomRow({ room, note }: RoomRowProps) {
  const { room: words, home } = useMessages();
  return (
    <li className={styles.row} data-room={room.name}>
      <Link href={roomAddress(room)} className={classes(styles.link, room.theme.light === 'night' && styles.night)}>
        <span className={styles.picture}>
          <RoomPicture theme={room.theme} items={room.items} />
        </span>
        <span className={styles.words}>
          <b>{room.name}</b>
          <span className={styles.small}>{note ?? words.of(room.owner.displayName)}</span>
          {room.peopleNow > 0 && (
            <Chip tone="good">
              <span className={dotClass} />
              {home.peopleNow(room.peopleNow)}
            </Chip>
          )}
        </span>
      </Link>
    </li>
  );
}
