/** Where one is signed in: naming a sign-in, ending one, ending all others. */
import { useState, type FormEvent } from 'react';
import { endLogin, endOtherLogins, fetchLogins, renameLogin, type Login } from '../../../app/api/account';
import { useMessages } from '../../../app/i18n';
import { charsOf } from '../../../app/social/text';
import { useActing } from '../../../app/social/useActing';
import { useProblemText } from '../../../app/social/useProblemText';
import { useMe } from '../../../app/state/me';
import { usePages } from '../../../app/state/pages';
import { useToasts } from '../../../app/state/toasts';
import { Ask } from '../../../app/ui/Ask';
import { Button, Chip, IconButton } from '../../../app/ui/controls';
import { Dialog } from '../../../app/ui/Dialog';
import { Field, smallClass } from '../../../app/ui/form';
import { Icon } from '../../../app/ui/Icon';
import { PagedList } from '../../../app/ui/PagedList';
import { useWhen } from '../../../app/when';
import { useAgain } from '../again';
import { Section } from '../Section';
import styles from '../settings.module.css';
import { useSettingsWords } from '../words';
import { useDeviceName } from './useDeviceName';

const nameCharsMax = 40;

export function LoginList() {
  const { logins: words } = useSettingsWords();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const list = usePages('logins', (cursor, signal) => fetchLogins({ cursor, signal }), ({ id }) => id);
  const { takes, resumed, dialog } = useAgain('/settings/logins');
  const [asking, ask] = useState(resumed === 'others');
  const { busy, act } = useActing(true);
  const endOthers = (): void =>
    act(
      endOtherLogins,
      () => {
        show('good', words.endedOthers);
        ask(false);
        list.again();
      },
      takes('others'),
    );
  const others = list.entries.some(({ current }) => !current);
  return (
    <Section
      title={words.title}
      testId="logins"
      act={
        others &&
        !asking && (
          <Button icon="exit" onClick={() => ask(true)} data-testid="end-others">
            {words.endOthers}
          </Button>
        )
      }
    >
      {asking && <Ask question={words.endOthersAsk} yes={words.endOthers} busy={busy} confirm={endOthers} cancel={() => ask(false)} />}
      <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
        {(login) => <Entry key={login.id} login={login} edit={(change) => list.edit((entries) => entries.flatMap((each) => (each.id === login.id ? change : [each])))} />}
      </PagedList>
      {dialog}
    </Section>
  );
}

function Entry({ login, edit }: { login: Login; edit(change: readonly Login[]): void }) {
  const { logins: words } = useSettingsWords();
  const when = useWhen();
  const deviceName = useDeviceName();
  const show = useToasts((state) => state.show);
  const load = useMe((state) => state.load);
  const { busy, act } = useActing(true);
  const [naming, setNaming] = useState(false);
  const device = login.app ?? deviceName(login.userAgent);
  const name = login.name ?? device;
  const end = (): void =>
    act(
      () => endLogin(login.id),
      () => {
        if (login.current) {
          void load();
        } else {
          show('good', words.ended(name));
          edit([]);
        }
      },
    );
  const notes = [login.name !== null && device, login.address, words.since(when(login.createdMs)), words.seen(when(login.seenMs))].filter(Boolean);
  return (
    <li className={styles.entry} data-login={login.current ? 'current' : 'other'}>
      <Icon name={login.app === null ? 'device' : 'things'} />
      <span className={styles.entryWords}>
        <b>
          {name} {login.current && <Chip tone="good">{words.current}</Chip>}
        </b>
        <span className={smallClass}>{notes.join(' · ')}</span>
      </span>
      <span className={styles.acts}>
        <IconButton icon="pencil" variant="quiet" label={words.renameLabel(name)} onClick={() => setNaming(true)} />
        <Button className={styles.smallButton} busy={busy} aria-label={words.endLabel(name)} onClick={end}>
          {words.end}
        </Button>
      </span>
      {naming && <NameDialog login={login} done={(given) => edit([{ ...login, name: given }])} close={() => setNaming(false)} />}
    </li>
  );
}

function NameDialog({ login, done, close }: { login: Login; done(name: string | null): void; close(): void }) {
  const words = useSettingsWords();
  const { common } = useMessages();
  const [typed, setTyped] = useState(login.name ?? '');
  const { busy, fault, act } = useActing();
  const length = charsOf(typed);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const name = length === 0 ? null : typed.trim();
    act(() => renameLogin(login.id, name), () => {
      done(name);
      close();
    });
  };
  return (
    <Dialog title={words.logins.renameTitle} close={close}>
      <form className={styles.dialog} onSubmit={save}>
        <Field label={words.logins.name} hint={words.logins.nameHint} value={typed} count={[length, nameCharsMax]} fault={fault} onChange={(event) => setTyped(event.target.value)} />
        <div className={styles.answers}>
          <Button onClick={close}>{common.cancel}</Button>
          <Button variant="primary" type="submit" busy={busy} disabled={length > nameCharsMax}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
