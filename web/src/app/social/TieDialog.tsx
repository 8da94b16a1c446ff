/** Asking for a tie, consenting to one, or giving another nickname. */
import { useState, type FormEvent } from 'react';
import { tieTo, type Relation } from '../api/people';
import { useMessages } from '../i18n';
import { useToasts } from '../state/toasts';
import { Button } from '../ui/controls';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/form';
import styles from './social.module.css';
import { charsOf } from './text';
import { useActing } from './useActing';
import { useSocialWords } from './words';

export const nicknameCharsMax = 20;

interface TieDialogProps {
  handle: string;
  name: string;
  /** What I call them so far. */
  before?: string;
  /** They have asked. */
  asked?: boolean;
  done(now: Relation): void;
  close(): void;
}

export function TieDialog({ handle, name, before = '', asked = false, done, close }: TieDialogProps) {
  const { tie: words } = useSocialWords();
  const { common } = useMessages();
  const show = useToasts((state) => state.show);
  const [nickname, setNickname] = useState(before);
  const { busy, fault, act } = useActing();
  const length = charsOf(nickname);
  const fits = length > 0 && length <= nicknameCharsMax;
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (fits) {
      act(
        () => tieTo(handle, nickname),
        (now) => {
          show('good', before !== '' ? words.saved : now.tie ? words.made(name) : words.sent(name));
          done(now);
          close();
        },
      );
    }
  };
  return (
    <Dialog title={words.title(name)} close={close}>
      <form className={styles.dialog} onSubmit={send} data-testid="tie-dialog">
        <p className={styles.lead}>{words.lead}</p>
        <Field label={words.nickname(name)} value={nickname} count={[length, nicknameCharsMax]} fault={fault} onChange={(event) => setNickname(event.target.value)} />
        <div className={styles.answers}>
          <Button onClick={close}>{common.cancel}</Button>
          <Button variant="primary" type="submit" icon="heart" busy={busy} disabled={!fits}>
            {before !== '' ? words.save : asked ? words.consent : words.send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
