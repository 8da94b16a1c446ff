/** The texts of one's own rooms. */
import { useLocale, type Locale } from '../../../app/i18n';
import { en } from './en';
import { ko } from './ko';

export type RoomsWords = typeof en;

const dictionaries: Record<Locale, RoomsWords> = { ko, en };

export function useRoomsWords(): RoomsWords {
  return dictionaries[useLocale()];
}
