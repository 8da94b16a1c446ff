/** The head of a room: way home, whose room this is, whether one is in, who else is, and what one may do. */
import type { ReactNode } from 'react';
import type { Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { BrandMark } from '../../app/ui/Brand';
import { ButtonLink, Chip, classes, dotClass } from '../../app/ui/controls';
import { Icon } from '../../app/ui/Icon';
import { LanguageSwitch } from '../../app/ui/LanguageSwitch';
import { Portrait } from '../../app/ui/Portrait';
import type { Present } from './panels/PeopleList';
import styles from './RoomHeader.module.css';

interface RoomHeaderProps {
  room: Room;
  name: string;
  inside: boolean;
  people: readonly Present[];
  showPeople(): void;
  /** Editing tools, or nothing. */
  children: ReactNode;
}

const facesMost = 5;

export function RoomHeader({ room, name, inside, people, showPeople, children }: RoomHeaderProps) {
  const { room: words, common } = useMessages();
  return (
    <header className={styles.header}>
      <ButtonLink href="/" shape="round" label={common.homeOf} className={styles.home}>
        <BrandMark size={30} />
      </ButtonLink>
      <div className={styles.title}>
        <div className={styles.names}>
          <h1>{name}</h1>
          <p>{words.of(room.owner.displayName)}</p>
        </div>
        <span title={inside ? words.insideHint : words.watchingHint} data-testid="presence" data-inside={inside}>
          <Chip {...(inside ? { tone: 'good' as const } : { tone: 'waiting' as const })}>
            <span className={dotClass} />
            {inside ? words.inside : words.watching}
          </Chip>
        </span>
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
      {children}
      <LanguageSwitch compact />
    </header>
  );
}
