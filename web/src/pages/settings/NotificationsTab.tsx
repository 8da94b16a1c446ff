/** Of what one is told. */
import { changeSettings, fetchSettings, noticeSettings, type Settings, type Versioned } from '../../app/api/account';
import { useResource } from '../../app/state/resource';
import { Switch } from '../../app/ui/form';
import { Loaded } from './Loaded';
import { SaveBar } from './SaveBar';
import { Section } from './Section';
import { useDraft } from './useDraft';
import { useSettingsWords } from './words';

type Wishes = Settings['notifications'];

function wishesOf({ value, etag }: Versioned<Settings>): Versioned<Wishes> {
  return { value: value.notifications, etag };
}

export function NotificationsTab() {
  const [settings, again] = useResource('settings', fetchSettings);
  return (
    <Loaded resource={settings} again={again}>
      {(first) => <Form first={first} />}
    </Loaded>
  );
}

function Form({ first }: { first: Versioned<Settings> }) {
  const { notices: words } = useSettingsWords();
  const draft = useDraft<Wishes>({
    name: 'notifications',
    first: wishesOf(first),
    fetch: async () => wishesOf(await fetchSettings()),
    // only what was turned here: what was turned elsewhere stays
    send: async (notifications, etag) => wishesOf(await changeSettings({ notifications }, etag)),
    done: () => undefined,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        draft.save();
      }}
    >
      <Section title={words.title}>
        {noticeSettings.map((each) => (
          <Switch key={each} name={each} label={words[each]} on={draft.values[each]} turn={(on) => draft.touch({ [each]: on })} />
        ))}
      </Section>
      <SaveBar draft={draft} />
    </form>
  );
}
