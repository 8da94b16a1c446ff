/** The texts about reports, muted words and decisions: they come with the first page that needs them. */
import { useLocale, type Locale } from '../../i18n';
import { en } from './en';
import { ko } from './ko';

export type ModerationWords = typeof en;

const dictionaries: Record<Locale, ModerationWords> = { ko, en };

export function useModerationWords(): ModerationWords {
  return dictionaries[useLocale()];
}
