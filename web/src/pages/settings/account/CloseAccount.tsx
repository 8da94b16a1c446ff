/** Closing the account, with time to think better of it. */
import { useState } from 'react';
import type { User } from '../../../app/api';
import { closeAccount } from '../../../app/api/account';
import { useMessages } from '../../../app/i18n';
import { useActing } from '../../../app/social/useActing';
import { Button } from '../../../app/ui/controls';
import { Dialog } from '../../../app/ui/Dialog';
import { Field } from '../../../app/ui/form';
import { useAgain } from '../again';
import { Section } from '../Section';
import styles from '../settings.module.css';
import { useSettingsWords } from '../words';

export function CloseAccount({ me }: { me: User }) {
  const { closing: words } = useSettingsWords();
  const { takes, resumed, dialog } = useAgain('/settings/account');
  const [open, setOpen] = useState(resumed === 'close');
  return (
    <Section title={words.title} lead={words.lead} testId="close">
      <Button icon="exit" onClick={() => setOpen(true)} data-testid="close-account">
        {words.begin}
      </Button>
      {open && (
        <CloseDialog
          me={me}
          takes={(error) => {
            const taken = takes('close')(error);
            if (taken) {
              setOpen(false);
            }
            return taken;
          }}
          close={() => setOpen(false)}
        />
      )}
      {dialog}
    </Section>
  );
}

function CloseDialog({ me, takes, close }: { me: User; takes(error: unknown): boolean; close(): void }) {
  const { closing: words } = useSettingsWords();
  const { common } = useMessages();
  const [typed, setTyped] = useState('');
  const { busy, fault, act } = useActing();
  const sure = typed.trim().toLowerCase() === me.handle;
  return (
    <Dialog title={words.title} close={close}>
      <form
        className={styles.dialog}
        data-testid="close-dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (sure) {
            // everybody is signed out by it: the address says what happened, and nothing here is needed any more
            act(closeAccount, (erasedMs) => location.assign(`/login?closed=${erasedMs}`), takes);
          }
        }}
      >
        <p>{words.lead}</p>
        <Field label={words.confirm(me.handle)} value={typed} fault={fault} autoCapitalize="none" spellCheck={false} onChange={(event) => setTyped(event.target.value)} />
        <div className={styles.answers}>
          <Button onClick={close}>{common.cancel}</Button>
          <Button variant="primary" type="submit" busy={busy} disabled={!sure}>
            {words.yes}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
