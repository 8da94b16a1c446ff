/** What whoever closed their account finds while it can still be restored. */
import { useState } from 'react';
import { ApiProblem } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { problemText } from '../../app/problemText';
import { useMe } from '../../app/state/me';
import { useToasts } from '../../app/state/toasts';
import { Button } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';

export function ClosingPage() {
  const messages = useMessages();
  const { closing, common } = messages;
  usePageTitle(closing.title);
  const { restore, signOut } = useMe();
  const show = useToasts((state) => state.show);
  const [busy, setBusy] = useState(false);
  const act = (what: () => Promise<void>, done: () => void): void => {
    setBusy(true);
    what().then(done, (error: unknown) => {
      setBusy(false);
      show('bad', error instanceof ApiProblem && error.code === 'erasure_begun' ? closing.tooLate : problemText(messages, error));
    });
  };
  return (
    <Notice title={closing.title} lead={closing.lead} alone>
      <Button variant="primary" busy={busy} data-testid="restore" onClick={() => act(restore, () => show('good', closing.restored))}>
        {closing.restore}
      </Button>
      <Button busy={busy} onClick={() => act(signOut, () => undefined)}>
        {common.signOut}
      </Button>
    </Notice>
  );
}
