/** Who may decorate, who stays out, who is quiet; each can be taken back. */
import { useState, type ReactNode } from 'react';
import type { LiveRoom, Outcome, PersonRef } from 'maru-client';
import { Button } from '../../../app/ui/controls';
import { useDeciding } from './decision';
import styles from './manage.module.css';
import { Missing } from './Missing';
import { useRoomList } from './useRoomList';
import { useWhen } from '../../../app/when';
import { useManageWords } from './words';

export function AccessPanel({ live }: { live: LiveRoom }) {
  const { access } = useManageWords();
  const when = useWhen();
  const [listed, again] = useRoomList(live, 'access');
  const { busy, fault, decide } = useDeciding();
  const [done, setDone] = useState('');
  if (listed.status !== 'ready') {
    return <Missing listed={listed} again={again} />;
  }
  const act = (person: PersonRef, outcome: () => Promise<Outcome>) => (): void => {
    setDone('');
    decide(outcome, () => {
      setDone(access.done(person.name));
      again();
    });
  };
  const { editors, bans, mutes } = listed.list;
  return (
    <div className={styles.scroll}>
      <Section title={access.editors} none={access.editorsNone}>
        {editors.map((person) => (
          <Entry key={person.id} person={person} action={access.demote} label={access.demoteLabel(person.name)} busy={busy} act={act(person, () => live.setRole(person.id, 'visitor'))} />
        ))}
      </Section>
      <Section title={access.bans} none={access.bansNone}>
        {bans.map(({ person, atMs }) => (
          <Entry key={person.id} person={person} note={access.since(when(atMs))} action={access.unban} label={access.unbanLabel(person.name)} busy={busy} act={act(person, () => live.unban(person.id))} />
        ))}
      </Section>
      <Section title={access.mutes} none={access.mutesNone}>
        {mutes.map(({ person, untilMs }) => (
          <Entry key={person.id} person={person} note={untilMs === null ? access.untilUnmuted : access.until(when(untilMs))} action={access.unmute} label={access.unmuteLabel(person.name)} busy={busy} act={act(person, () => live.unmute(person.id))} />
        ))}
      </Section>
      <p className={styles.note} role="status">
        {done}
      </p>
      {fault !== null && (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

function Section({ title, none, children }: { title: string; none: string; children: ReactNode[] }) {
  return (
    <section className={styles.section}>
      <h3 className={styles.label}>{title}</h3>
      {children.length === 0 ? <p className={styles.none}>{none}</p> : <ul aria-label={title}>{children}</ul>}
    </section>
  );
}

interface EntryProps {
  person: PersonRef;
  note?: string;
  action: string;
  label: string;
  busy: boolean;
  act(): void;
}

function Entry({ person, note, action, label, busy, act }: EntryProps) {
  return (
    <li className={styles.entry} data-person={person.name}>
      <span className={styles.rowWords}>
        <b>{person.name}</b>
        {note && <span className={styles.small}>{note}</span>}
      </span>
      <Button className={styles.smallButton} aria-label={label} disabled={busy} onClick={act}>
        {action}
      </Button>
    </li>
  );
}
