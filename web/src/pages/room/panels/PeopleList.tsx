/** Who is in the room. */
import { Link } from 'wouter';
import { useMessages } from '../../../app/i18n';
import { Chip, classes } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { Portrait } from '../../../app/ui/Portrait';
import styles from './lists.module.css';

export interface Present {
  readonly member: number;
  readonly name: string;
  readonly handle: string | null;
  readonly look: readonly number[];
  readonly guest: boolean;
  readonly role: 'visitor' | 'editor' | 'owner';
  readonly away: boolean;
}

interface PeopleListProps {
  people: readonly Present[];
  self: number | null;
  /** The handle whose room this is: no link to where one is. */
  here: string;
  walkTo: ((member: number) => void) | null;
}

export function PeopleList({ people, self, here, walkTo }: PeopleListProps) {
  const { room, common } = useMessages();
  return (
    <ul className={styles.list} aria-label={room.people}>
      {people.map((person) => (
        <li key={person.member} className={styles.entry}>
          <button
            type="button"
            className={styles.main}
            disabled={!walkTo || person.member === self}
            title={person.member === self ? undefined : room.walkTo(person.name)}
            onClick={() => walkTo?.(person.member)}
          >
            <Portrait look={person.look} size={40} faded={person.away} />
            <span className={styles.words}>
              <b>
                {person.name}
                {person.member === self && <span className={styles.you}> ({common.you})</span>}
              </b>
              <span className={classes(styles.small)}>
                {person.guest ? common.guest : room[person.role]}
                {person.away && ` · ${room.away}`}
              </span>
            </span>
          </button>
          {person.handle !== null && person.handle !== here && (
            <Link href={`/r/${person.handle}`} className={styles.visit} aria-label={room.visitRoom(person.name)} title={room.visitRoom(person.name)}>
              <Icon name="home" size={20} />
            </Link>
          )}
          {person.role === 'owner' && <Chip>{room.owner}</Chip>}
        </li>
      ))}
    </ul>
  );
}
