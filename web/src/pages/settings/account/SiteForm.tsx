/** The language, and how much moves. Both are remembered with the account, and take effect at once. */
import { fetchSettings, motions, type Settings, type Versioned } from '../../../app/api/account';
import { locales, useLocaleStore } from '../../../app/i18n';
import { useMotion } from '../../../app/state/motion';
import { useResource } from '../../../app/state/resource';
import { OneOf } from '../../../app/ui/form';
import { Loaded } from '../Loaded';
import { SaveBar } from '../SaveBar';
import { Section } from '../Section';
import { useSettingsDraft } from '../useSettingsDraft';
import { useSettingsWords } from '../words';

export function SiteForm() {
  const { site: words } = useSettingsWords();
  const [settings, again] = useResource('settings', fetchSettings);
  return (
    <Section title={words.title} testId="site">
      <Loaded resource={settings} again={again}>
        {(first) => <Form first={first} />}
      </Loaded>
    </Section>
  );
}

function Form({ first }: { first: Versioned<Settings> }) {
  const { site: words } = useSettingsWords();
  const chooseLocale = useLocaleStore((state) => state.choose);
  const chooseMotion = useMotion((state) => state.choose);
  const draft = useSettingsDraft('site', first, ({ language, motion }) => {
    chooseLocale(language);
    chooseMotion(motion);
  });
  const { values, touch } = draft;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        draft.save();
      }}
    >
      <OneOf label={words.language} options={locales.map((id) => ({ id, label: words[id] }))} chosen={values.language} choose={(language) => touch({ language })} />
      <OneOf label={words.motion} lead={words.motionLead} options={motions.map((id) => ({ id, label: words[id] }))} chosen={values.motion} choose={(motion) => touch({ motion })} />
      <SaveBar draft={draft} />
    </form>
  );
}
