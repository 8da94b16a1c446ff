/** The head of a room: way home, whose room this is, whether one is in, who else is, and what one may do. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { RoomInfo } from 'maru-client';
import type { Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { Bell } from '../../app/ui/Bell';
import { BrandMark } from '../../app/ui/Brand';
import { ButtonLink, Chip, classes, dotClass } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { LanguageSwitch } from '../../app/ui/LanguageSwitch';
import { Portrait } from '../../app/ui/Portrait';
import type { Present } from './panels/present';
import styles from './RoomHeader.module.css';
import { useRoomWords } from './words';

interface RoomHeaderProps {
  room: Room;
  name: string;
  /** Once the live room has told of itself. */
  info: RoomInfo | null;
  inside: boolean;
  people: readonly Present[];
  showPeople(): void;
  /** Whether this person runs the room, and so finds the language there on phones. */
  manages: boolean;
  /** Tools, or nothing. */
  children: ReactNode;
}

const facesMost = 5;

export function RoomHeader({ room, name, info, inside, people, showPeople, manages, children }: RoomHeaderProps) {
  const { room: words, common } = useMessages();
  return (
    <header className={styles.header}>
      <ButtonLink href="/" shape="round" label={common.homeOf} className={styles.home}>
        <BrandMark size={30} />
      </ButtonLink>
      <div className={styles.title}>
        <div className={styles.names}>
          <h1>{name}</h1>
          <p>
            <Link href={`/u/${room.owner.handle}`}>{words.of(room.owner.displayName)}</Link>
          </p>
        </div>
        <span title={inside ? words.insideHint : words.watchingHint} data-testid="presence" data-inside={inside}>
          <Chip {...(inside ? { tone: 'good' as const } : { tone: 'waiting' as const })}>
            <span className={dotClass} />
            {inside ? words.inside : words.watching}
          </Chip>
        </span>
        {inside && info && <Door info={info} />}
      </div>
      <span className={styles.space} />
      {inside && (
        <button type="button" className={styles.people} title={words.peopleHere(people.length)} onClick={showPeople}>
          <span className={styles.faces}>
            {people.slice(0, facesMost).map((person) => (
              <Portrait key={person.member} look={person.look} size={34} faded={person.away} />
            ))}
          </span>
          <span className={classes(styles.count)}>
            <Icon name="people" size={18} />
            <span className="visually-hidden">{words.people}</span> {people.length}
          </span>
        </button>
      )}
      <Bell className={styles.bell} />
      {children}
      <span className={classes(manages && styles.elsewhere)}>
        <LanguageSwitch compact />
      </span>
    </header>
  );
}

/** What keeps people out just now; nothing where everyone may come in. */
function Door({ info: { locked, visibility } }: { info: RoomInfo }) {
  const { door } = useRoomWords();
  if (!locked && visibility === 'public') {
    return null;
  }
  return (
    <span className={styles.door} data-testid="door">
      <Chip tone="waiting">
        <Icon name={locked ? 'lock' : 'door'} size={15} />
        {locked || visibility === 'public' ? door.locked : door[visibility]}
      </Chip>
    </span>
  );
}
