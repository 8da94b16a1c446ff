/** Making a token, and showing it this once. */
import { useId, useRef, useState, type FormEvent } from 'react';
import { fetchOwnProfile, makeToken, type Scope } from '../../../app/api/account';
import { uuid } from '../../../app/api/uuid';
import { useMessages } from '../../../app/i18n';
import { charsOf } from '../../../app/social/text';
import { useActing } from '../../../app/social/useActing';
import { useResource } from '../../../app/state/resource';
import { useToasts } from '../../../app/state/toasts';
import { Button, fieldClass } from '../../../app/ui/controls';
import { Dialog } from '../../../app/ui/Dialog';
import { Field, labelClass, OneOf, Switch } from '../../../app/ui/form';
import styles from '../settings.module.css';
import { useSettingsWords } from '../words';
import { keptDraft, lives, scopesFor, wishOf, type TokenDraft } from './tokenDraft';

const nameCharsMax = 40;

interface TokenDialogProps {
  /** Whether a refusal was taken care of; the draft is to be kept then. */
  refused(error: unknown, draft: TokenDraft): boolean;
  made(): void;
  close(): void;
}

export function TokenDialog({ refused, made, close }: TokenDialogProps) {
  const { tokens: words } = useSettingsWords();
  const [secret, setSecret] = useState<string | null>(null);
  return (
    // firm from the start: a press beside it while the token is made would lose what is shown only once
    <Dialog title={secret === null ? words.makeTitle : words.madeTitle} firm close={close}>
      {secret === null ? (
        <Form
          refused={refused}
          made={(shown) => {
            setSecret(shown);
            made();
          }}
          close={close}
        />
      ) : (
        <Made secret={secret} close={close} />
      )}
    </Dialog>
  );
}

function Form({ refused, made, close }: Pick<TokenDialogProps, 'refused' | 'close'> & { made(secret: string): void }) {
  const { tokens: words } = useSettingsWords();
  const { common } = useMessages();
  const [profile] = useResource('role', fetchOwnProfile);
  const [draft, setDraft] = useState(keptDraft);
  // the same wish sent again is the same token: an answer that was lost is not lost for good
  const request = useRef<{ draft: TokenDraft; once: string; nowMs: number } | null>(null);
  const { busy, fault, act } = useActing();
  const length = charsOf(draft.name);
  const possible = length > 0 && length <= nameCharsMax && draft.scopes.length > 0;
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (possible) {
      const sent = request.current?.draft === draft ? request.current : { draft, once: uuid(), nowMs: Date.now() };
      request.current = sent;
      const { once, nowMs } = sent;
      act(() => makeToken(wishOf(draft, nowMs), once), ({ secret }) => made(secret), (error) => refused(error, draft));
    }
  };
  const turn = (scope: Scope, on: boolean): void => setDraft({ ...draft, scopes: on ? [...draft.scopes, scope] : draft.scopes.filter((each) => each !== scope) });
  const role = profile.status === 'ready' ? profile.value.value.role : 'user';
  const lifeWords = (life: (typeof lives)[number]): string => (life === null ? words.never : life === 365 ? words.year : words.days(life));
  return (
    <form className={styles.dialog} onSubmit={send} data-testid="token-form">
      <Field label={words.name} value={draft.name} count={[length, nameCharsMax]} fault={fault} onChange={(event) => setDraft({ ...draft, name: event.target.value })} />
      <div role="group" aria-label={words.scopes} className={styles.scopes}>
        <span className={labelClass}>{words.scopes}</span>
        {scopesFor(role).map((scope) => (
          <Switch key={scope} name={scope} label={words.scope[scope]} on={draft.scopes.includes(scope)} turn={(on) => turn(scope, on)} />
        ))}
      </div>
      <OneOf
        label={words.ends}
        options={lives.map((life) => ({ id: String(life), label: lifeWords(life) }))}
        chosen={String(draft.life)}
        choose={(id) => setDraft({ ...draft, life: lives.find((life) => String(life) === id) ?? null })}
      />
      <div className={styles.answers}>
        <Button onClick={close}>{common.cancel}</Button>
        <Button variant="primary" type="submit" icon="key" busy={busy} disabled={!possible}>
          {words.makeIt}
        </Button>
      </div>
    </form>
  );
}

function Made({ secret, close }: { secret: string; close(): void }) {
  const { tokens: words } = useSettingsWords();
  const show = useToasts((state) => state.show);
  const id = useId();
  const copy = (): void => {
    // missing outside secure contexts
    const { clipboard } = navigator as Partial<Pick<Navigator, 'clipboard'>>;
    const copied = clipboard ? clipboard.writeText(secret) : Promise.reject(new Error('no clipboard'));
    copied.then(
      () => show('good', words.copied),
      () => show('bad', words.copyFailed),
    );
  };
  return (
    <div className={styles.dialog} data-testid="token-made">
      <p className={styles.once}>{words.made}</p>
      <label className={labelClass} htmlFor={id}>
        {words.secret}
      </label>
      <div className={styles.secret}>
        <input id={id} className={fieldClass} value={secret} readOnly onFocus={(event) => event.target.select()} data-testid="secret" />
        <Button icon="copy" onClick={copy}>
          {words.copy}
        </Button>
      </div>
      <div className={styles.answers}>
        <Button variant="primary" onClick={close}>
          {words.done}
        </Button>
      </div>
    </div>
  );
}
