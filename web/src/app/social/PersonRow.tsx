/** Somebody in a list: the way to their profile, and what can be done about them. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Owner } from '../api';
import { Portrait } from '../ui/Portrait';
import styles from './social.module.css';

interface PersonRowProps {
  person: Owner;
  /** In place of their mood. */
  note?: ReactNode;
  children?: ReactNode;
}

export function PersonRow({ person, note, children }: PersonRowProps) {
  return (
    <li className={styles.row} data-person={person.handle}>
      <Link href={`/u/${person.handle}`} className={styles.who}>
        <Portrait look={person.look} size={44} />
        <span className={styles.words}>
          <span className={styles.names}>
            <b>{person.displayName}</b> <span className={styles.handle}>@{person.handle}</span>
          </span>
          {(note ?? person.mood) !== '' && <span className={styles.small}>{note ?? person.mood}</span>}
        </span>
      </Link>
      {children && <span className={styles.acts}>{children}</span>}
    </li>
  );
}
