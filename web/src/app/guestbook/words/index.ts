/** The texts of guestbooks: they come with the first of them. */
import { useLocale, type Locale } from '../../i18n';
import { en } from './en';
import { ko } from './ko';

export type GuestbookWords = typeof en;

const dictionaries: Record<Locale, GuestbookWords> = { ko, en };

export function useGuestbookWords(): GuestbookWords {
  return dictionaries[useLocale()];
}
