/** Somebody in the room: who they are to me and, for the owner, their role, their chat, the door. */
import { useState } from 'react';
import type { LiveRoom, Outcome } from 'maru-client';
import { useToasts } from '../../../app/state/toasts';
import { Ask } from '../../../app/ui/Ask';
import { Button } from '../../../app/ui/controls';
import { Dialog } from '../../../app/ui/Dialog';
import { Choice } from '../../../app/ui/form';
import { Icon } from '../../../app/ui/Icon';
import { Portrait } from '../../../app/ui/Portrait';
import type { Present } from '../panels/present';
import { useDeciding } from './decision';
import styles from './manage.module.css';
import { PersonSocial } from './PersonSocial';
import { useManageWords } from './words';

interface PersonDialogProps {
  live: LiveRoom;
  /** As they were last seen. */
  person: Present;
  here: boolean;
  /** Whether one may decide about them. */
  owner: boolean;
  close(): void;
}

export function PersonDialog({ live, person, here, owner, close }: PersonDialogProps) {
  return (
    <Dialog title={person.name} close={close} head={<Portrait look={person.look} size={44} />}>
      <div className={styles.person} data-testid="person">
        {person.handle !== null && <PersonSocial id={person.id} handle={person.handle} name={person.name} close={close} />}
        {owner && <Decisions live={live} person={person} here={here} close={close} />}
      </div>
    </Dialog>
  );
}

const muteMinutes = { minutes: 10, hour: 60, untilUnmuted: null } as const;

function Decisions({ live, person, here, close }: Omit<PersonDialogProps, 'owner'>) {
  const { person: words } = useManageWords();
  const show = useToasts((state) => state.show);
  const { busy, fault, decide } = useDeciding();
  const [asking, ask] = useState<'kick' | 'ban' | null>(null);
  const { id, name } = person;
  const act = (outcome: () => Promise<Outcome>, done: string): void =>
    decide(outcome, () => {
      show('good', done);
      close();
    });
  const question = asking === 'kick' ? words.kickAsk(name) : person.guest ? words.banAskGuest(name) : words.banAsk(name);
  return (
    <div className={styles.decisions} role="group" aria-label={words.inThisRoom}>
      <h3 className={styles.label}>{words.inThisRoom}</h3>
      {!here && <p className={styles.lead}>{words.left(name)}</p>}
      {asking ? (
        <Ask
          key={asking}
          question={question}
          yes={words[asking]}
          busy={busy}
          confirm={() => (asking === 'kick' ? act(() => live.kick(id), words.kicked(name)) : act(() => live.ban(id), words.banned(name)))}
          cancel={() => ask(null)}
        />
      ) : (
        <>
          {!person.guest && person.role === 'visitor' && (
            <Choice icon="brush" label={words.promote} lead={words.promoteLead} busy={busy} act={() => act(() => live.setRole(id, 'editor'), words.promoted(name))} />
          )}
          {person.role === 'editor' && <Choice icon="brush" label={words.demote} busy={busy} act={() => act(() => live.setRole(id, 'visitor'), words.demoted(name))} />}
          {person.muted && <Choice icon="chat" label={words.unmute} busy={busy} act={() => act(() => live.unmute(id), words.unmuted(name))} />}
          <div className={styles.mute} role="group" aria-label={words.mute}>
            <span className={styles.muteLabel}>
              <Icon name="mute" />
              {words.mute}
            </span>
            <div className={styles.answers}>
              {(['minutes', 'hour', 'untilUnmuted'] as const).map((each) => (
                <Button key={each} className={styles.smallButton} disabled={busy} onClick={() => act(() => live.mute(id, muteMinutes[each]), words.muted(name))}>
                  {words[each]}
                </Button>
              ))}
            </div>
          </div>
          {here && <Choice icon="exit" label={words.kick} lead={words.kickLead} busy={busy} act={() => ask('kick')} />}
          <Choice icon="ban" label={words.ban} lead={words.banLead} busy={busy} act={() => ask('ban')} />
        </>
      )}
      {fault !== null && (
        <p className={styles.fault} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
