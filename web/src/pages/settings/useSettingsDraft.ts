/** Some of the settings as a form; each tab changes its own. */
import { changeSettings, fetchSettings, type Settings, type Versioned } from '../../app/api/account';
import { useDraft, type Draft } from './useDraft';

export function useSettingsDraft(name: string, first: Versioned<Settings>, done: (now: Settings) => void = () => undefined): Draft<Settings> {
  return useDraft({ name, first, fetch: fetchSettings, send: changeSettings, done });
}
