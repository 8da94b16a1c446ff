/** Access tokens for programs of one's own. */
import { useState } from 'react';
import { fetchTokens, revokeToken, type Token } from '../../../app/api/account';
import { textOf } from '../../../app/i18n';
import { useActing } from '../../../app/social/useActing';
import { useProblemText } from '../../../app/social/useProblemText';
import { usePages } from '../../../app/state/pages';
import { useToasts } from '../../../app/state/toasts';
import { Ask } from '../../../app/ui/Ask';
import { Button } from '../../../app/ui/controls';
import { smallClass } from '../../../app/ui/form';
import { Icon } from '../../../app/ui/Icon';
import { PagedList } from '../../../app/ui/PagedList';
import { useWhen } from '../../../app/when';
import { useAgain } from '../again';
import { Section } from '../Section';
import styles from '../settings.module.css';
import { useSettingsWords } from '../words';
import { TokenDialog } from './TokenDialog';
import { keepDraft } from './tokenDraft';

export function TokenList() {
  const { tokens: words } = useSettingsWords();
  const problem = useProblemText();
  const list = usePages('tokens', (cursor, signal) => fetchTokens({ cursor, signal }), ({ id }) => id);
  const { takes, resumed, dialog } = useAgain('/settings/logins');
  const [making, setMaking] = useState(resumed === 'token');
  return (
    <Section
      title={words.title}
      lead={words.lead}
      testId="tokens"
      act={
        <Button icon="plus" onClick={() => setMaking(true)} data-testid="make-token">
          {words.make}
        </Button>
      }
    >
      <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
        {(token) => <Entry key={token.id} token={token} gone={() => list.edit((entries) => entries.filter(({ id }) => id !== token.id))} />}
      </PagedList>
      {making && (
        <TokenDialog
          refused={(error, draft) => {
            const taken = takes('token')(error);
            if (taken) {
              keepDraft(draft);
              setMaking(false);
            }
            return taken;
          }}
          made={list.again}
          close={() => setMaking(false)}
        />
      )}
      {dialog}
    </Section>
  );
}

function Entry({ token, gone }: { token: Token; gone(): void }) {
  const { tokens: words } = useSettingsWords();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const { busy, act } = useActing(true);
  const [asking, ask] = useState(false);
  const { name } = token;
  const notes = [
    token.scopes.map((scope) => textOf(words.scope, scope)).join(', '),
    token.usedMs === null ? words.unused : words.used(when(token.usedMs)),
    token.expiresMs === null ? null : words.expires(when(token.expiresMs)),
  ].filter(Boolean);
  return (
    <li className={styles.entry} data-token={name}>
      <Icon name="key" />
      <span className={styles.entryWords}>
        <b>{name}</b>
        <span className={smallClass}>{notes.join(' · ')}</span>
        {asking && (
          <Ask
            question={words.revokeAsk(name)}
            yes={words.revoke}
            busy={busy}
            confirm={() =>
              act(() => revokeToken(token.id), () => {
                show('good', words.revoked(name));
                gone();
              })
            }
            cancel={() => ask(false)}
          />
        )}
      </span>
      {!asking && (
        <Button className={styles.smallButton} aria-label={words.revokeLabel(name)} onClick={() => ask(true)}>
          {words.revoke}
        </Button>
      )}
    </li>
  );
}
