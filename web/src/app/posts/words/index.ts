/** The texts about posts: they come with the first page that needs them. */
import { useLocale, type Locale } from '../../i18n';
import { en } from './en';
import { ko } from './ko';

export type PostWords = typeof en;

const dictionaries: Record<Locale, PostWords> = { ko, en };

export function usePostWords(): PostWords {
  return dictionaries[useLocale()];
}
