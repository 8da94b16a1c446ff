/** The texts about visits: they come with the first page that counts them. */
import { useLocale, type Locale } from '../../i18n';
import { en } from './en';
import { ko } from './ko';

export type VisitWords = typeof en;

const dictionaries: Record<Locale, VisitWords> = { ko, en };

export function useVisitWords(): VisitWords {
  return dictionaries[useLocale()];
}
