/** The texts for whoever is suspended. */
import { useLocale, type Locale } from '../../../app/i18n';
import { en } from './en';
import { ko } from './ko';

export type SuspendedWords = typeof en;

const dictionaries: Record<Locale, SuspendedWords> = { ko, en };

export function useSuspendedWords(): SuspendedWords {
  return dictionaries[useLocale()];
}
