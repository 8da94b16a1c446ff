/** At the door of a room: a guest says a name, picks a look, and is in. */
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import type { GuestIdentity } from '../../../app/api';
import { useMessages, type Messages } from '../../../app/i18n';
import { nameFault, rememberedGuest, rememberGuest, tidyName, type NameFault } from '../../../app/state/guest';
import { Button, ButtonLink, cardClass, classes, fieldClass } from '../../../app/ui/controls';
import { useSignInAddress } from '../../../app/state/signInAddress';
import styles from './EntryPanel.module.css';
import { LookPicker } from './LookPicker';
import { randomLook } from '../../../world/avatar/wardrobe';

interface EntryPanelProps {
  busy: boolean;
  /** What the server said to the last attempt. */
  refusal: string | null;
  enter(guest: GuestIdentity): void;
}

function faultText(entry: Messages['entry'], fault: NameFault): string {
  switch (fault) {
    case 'empty':
      return entry.nameEmpty;
    case 'too_long':
      return entry.nameTooLong;
    case 'control_characters':
      return entry.nameBad;
  }
}

function suggestedName(names: readonly string[]): string {
  return names[Math.floor(Math.random() * names.length)] ?? '';
}

export function EntryPanel({ busy, refusal, enter }: EntryPanelProps) {
  const { entry } = useMessages();
  const signIn = useSignInAddress();
  const [guest] = useState(rememberedGuest);
  const [name, setName] = useState(() => guest?.name ?? suggestedName(entry.names));
  const [look, setLook] = useState<readonly number[]>(() => guest?.look ?? randomLook(Math.random));
  const [fault, setFault] = useState<NameFault | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    // on a phone the focus would open the keyboard over the room
    if (matchMedia('(pointer: fine)').matches) {
      field.current?.select();
    }
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = nameFault(name);
    setFault(found);
    if (found) {
      field.current?.focus();
      return;
    }
    const chosen = { name: tidyName(name), look };
    rememberGuest(chosen);
    enter(chosen);
  };
  const trouble = fault ? faultText(entry, fault) : refusal;
  return (
    <form className={classes(cardClass, styles.panel)} aria-labelledby={`${id}-title`} onSubmit={submit} data-testid="entry">
      <div>
        <h2 id={`${id}-title`} className={styles.title}>
          {entry.title}
        </h2>
        <p className={styles.lead}>{entry.lead}</p>
      </div>
      <LookPicker look={look} choose={setLook} />
      <label className={styles.label} htmlFor={`${id}-name`}>
        {entry.name}
      </label>
      <div className={styles.row}>
        <input
          ref={field}
          id={`${id}-name`}
          className={fieldClass}
          value={name}
          placeholder={entry.namePlaceholder}
          autoComplete="off"
          enterKeyHint="go"
          aria-invalid={trouble !== null}
          aria-describedby={`${id}-trouble`}
          onChange={(event) => {
            setName(event.target.value);
            setFault(null);
          }}
        />
        <Button type="submit" variant="primary" icon="door" disabled={busy} data-testid="enter">
          {busy ? entry.entering : entry.enter}
        </Button>
      </div>
      <p id={`${id}-trouble`} className={styles.trouble} role="alert">
        {trouble}
      </p>
      <ButtonLink href={signIn} variant="quiet" className={styles.signIn}>
        {entry.signInInstead}
      </ButtonLink>
    </form>
  );
}
