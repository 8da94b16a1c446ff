/** The texts of the settings: they come with the page. */
import { useLocale, type Locale } from '../../../app/i18n';
import { en } from './en';
import { ko } from './ko';

export type SettingsWords = typeof en;

const dictionaries: Record<Locale, SettingsWords> = { ko, en };

export function useSettingsWords(): SettingsWords {
  return dictionaries[useLocale()];
}
