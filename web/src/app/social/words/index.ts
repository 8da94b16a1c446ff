/** The texts about people: they come with the first page that needs them. */
import { useLocale, type Locale } from '../../i18n';
import { en } from './en';
import { ko } from './ko';

export type SocialWords = typeof en;

const dictionaries: Record<Locale, SocialWords> = { ko, en };

export function useSocialWords(): SocialWords {
  return dictionaries[useLocale()];
}
