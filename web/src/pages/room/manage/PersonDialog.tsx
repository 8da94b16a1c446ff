/** What the owner can do about one person: their role, their chat, the door. */
import { useState } from 'react';
import type { LiveRoom, Outcome } from 'maru-client';
import { useToasts } from '../../../app/state/toasts';
import { Button } from '../../../app/ui/controls';
import { Dialog } from '../../../app/ui/Dialog';
import { Icon, type IconName } from '../../../app/ui/Icon';
import { Portrait } from '../../../app/ui/Portrait';
import type { Present } from '../panels/present';
import { Ask } from './Ask';
import { useDeciding } from './decision';
import styles from './manage.module.css';
import { useManageWords } from './words';

interface PersonDialogProps {
  live: LiveRoom;
  /** As they were last seen. */
  person: Present;
  here: boolean;
  close(): void;
}

const muteMinutes = { minutes: 10, hour: 60, untilUnmuted: null } as const;

export function PersonDialog({ live, person, here, close }: PersonDialogProps) {
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
    <Dialog title={name} close={close} head={<Portrait look={person.look} size={44} />}>
      <div className={styles.person} data-testid="person">
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
    </Dialog>
  );
}

interface ChoiceProps {
  icon: IconName;
  label: string;
  lead?: string;
  busy: boolean;
  act(): void;
}

function Choice({ icon, label, lead, busy, act }: ChoiceProps) {
  return (
    <button type="button" className={styles.choice} disabled={busy} onClick={act}>
      <Icon name={icon} />
      <span className={styles.rowWords}>
        <b>{label}</b>
        {lead && <span className={styles.small}>{lead}</span>}
      </span>
    </button>
  );
}
