/** Who is in the room and how they are; one's own status; more about a person. */
import type { Status } from 'maru-client';
import { Link } from 'wouter';
import { useMessages } from '../../../app/i18n';
import { Chip, classes } from '../../../app/ui/controls';
import { Icon } from '../../../app/ui/Icon';
import { Portrait } from '../../../app/ui/Portrait';
import { useRoomWords } from '../words';
import styles from './lists.module.css';
import type { Present } from './present';

interface PeopleListProps {
  people: readonly Present[];
  self: number | null;
  /** The handle whose front room this is: no link to where one is. */
  here: string | null;
  walkTo: ((member: number) => void) | null;
  setStatus(status: Status): void;
  /** Opens more about a person. */
  about(member: number): void;
  /** Whether one may decide about guests, too. */
  manages: boolean;
}

export function PeopleList({ people, self, here, walkTo, setStatus, about, manages }: PeopleListProps) {
  const { room } = useMessages();
  const me = people.find(({ member }) => member === self);
  return (
    <>
      {me && <OwnStatus busy={me.busy} choose={setStatus} />}
      <ul className={styles.list} aria-label={room.people}>
        {people.map((person) => (
          <Entry key={person.member} person={person} mine={person.member === self} here={here} walkTo={walkTo} about={person.member !== self && (manages || person.handle !== null) ? about : null} />
        ))}
      </ul>
    </>
  );
}

function OwnStatus({ busy, choose }: { busy: boolean; choose(status: Status): void }) {
  const { status } = useRoomWords();
  return (
    <div className={styles.status} role="group" aria-label={status.label}>
      {(['available', 'busy'] as const).map((each) => (
        <button
          key={each}
          type="button"
          className={classes(styles.choice, styles[each], (each === 'busy') === busy && styles.chosen)}
          aria-pressed={(each === 'busy') === busy}
          data-status={each}
          onClick={() => choose(each)}
        >
          {status[each]}
        </button>
      ))}
    </div>
  );
}

interface EntryProps {
  person: Present;
  mine: boolean;
  here: string | null;
  walkTo: ((member: number) => void) | null;
  about: ((member: number) => void) | null;
}

function Entry({ person, mine, here, walkTo, about }: EntryProps) {
  const { room, common } = useMessages();
  const { status, manage: words } = useRoomWords();
  const notes = [
    person.guest ? common.guest : room[person.role],
    person.away ? room.away : person.idle && status.idle,
    person.busy && status.isBusy,
    person.muted && status.muted,
  ].filter((note) => note !== false);
  return (
    <li className={styles.entry} data-person={person.name}>
      <button
        type="button"
        className={styles.main}
        disabled={!walkTo || mine}
        title={mine ? undefined : room.walkTo(person.name)}
        onClick={() => walkTo?.(person.member)}
      >
        <span className={classes(styles.face, person.busy && styles.busyFace)}>
          <Portrait look={person.look} size={40} faded={person.away || person.idle} />
        </span>
        <span className={styles.words}>
          <b>
            {person.name}
            {mine && <span className={styles.you}> ({common.you})</span>}
          </b>
          <span className={styles.small}>{notes.join(' · ')}</span>
        </span>
      </button>
      {person.handle !== null && person.handle !== here && (
        <Link href={`/r/${person.handle}`} className={styles.visit} aria-label={room.visitRoom(person.name)} title={room.visitRoom(person.name)}>
          <Icon name="home" size={20} />
        </Link>
      )}
      {about && (
        <button
          type="button"
          className={styles.visit}
          aria-label={words.person(person.name)}
          title={words.person(person.name)}
          aria-haspopup="dialog"
          data-testid="person-more"
          onClick={() => about(person.member)}
        >
          <Icon name="more" size={20} />
        </button>
      )}
      {person.role === 'owner' && <Chip>{room.owner}</Chip>}
    </li>
  );
}
