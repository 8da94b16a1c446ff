/** The texts of the moderators' pages and of the public log. */
import { useLocale, type Locale } from '../../../app/i18n';
import { en } from './en';
import { ko } from './ko';

export type DeskWords = typeof en;

const dictionaries: Record<Locale, DeskWords> = { ko, en };

export function useDeskWords(): DeskWords {
  return dictionaries[useLocale()];
}
