/** Another handle, and what becomes of the old one. */
import { useState } from 'react';
import { changeHandle, fetchOwnProfile, type OwnProfile } from '../../../app/api/account';
import { useActing } from '../../../app/social/useActing';
import { useMe } from '../../../app/state/me';
import { useResource } from '../../../app/state/resource';
import { useToasts } from '../../../app/state/toasts';
import { Ask } from '../../../app/ui/Ask';
import { Button } from '../../../app/ui/controls';
import { Field } from '../../../app/ui/form';
import { useWhen } from '../../../app/when';
import { Loaded } from '../Loaded';
import { Section } from '../Section';
import { useSettingsWords } from '../words';

const handleShape = /^[a-z0-9_]{2,24}$/u;

export function HandleForm() {
  const { handle: words } = useSettingsWords();
  const [profile, again] = useResource('profile', fetchOwnProfile);
  return (
    <Section title={words.title} lead={words.lead} testId="handle">
      <Loaded resource={profile} again={again}>
        {({ value }) => <Form key={value.handle} profile={value} again={again} />}
      </Loaded>
    </Section>
  );
}

function Form({ profile, again }: { profile: OwnProfile; again(): void }) {
  const { handle: words } = useSettingsWords();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const load = useMe((state) => state.load);
  const { busy, fault, act, clear } = useActing();
  const [typed, setTyped] = useState(profile.handle);
  const [asking, ask] = useState(false);
  // whoever writes capitals means small letters
  const wished = typed.trim().toLowerCase();
  const held = profile.handleChangeMs !== null;
  const change = (): void =>
    act(
      () => changeHandle(wished),
      ({ value }) => {
        show('good', words.changed(value.handle));
        ask(false);
        again();
        void load();
      },
    );
  const possible = handleShape.test(wished);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (possible && wished !== profile.handle) {
          ask(true);
        }
      }}
    >
      <Field
        label={words.label}
        hint={profile.handleChangeMs === null ? words.hint : words.from(when(profile.handleChangeMs))}
        fault={fault ?? (possible ? null : words.hint)}
        value={typed}
        disabled={held}
        autoCapitalize="none"
        spellCheck={false}
        data-testid="handle-field"
        onChange={(event) => {
          setTyped(event.target.value);
          ask(false);
          clear();
        }}
      />
      {asking ? (
        <Ask question={words.ask(profile.handle, wished)} yes={words.change} busy={busy} confirm={change} cancel={() => ask(false)} />
      ) : (
        !held && (
          <Button type="submit" disabled={!possible || wished === profile.handle} data-testid="handle-change">
            {words.change}
          </Button>
        )
      )}
    </form>
  );
}
