/** The texts of running a room: they come with its dialogs. */
import { useLocale, type Locale } from '../../../../app/i18n';
import { en } from './en';
import { ko } from './ko';

export type ManageWords = typeof en;

const dictionaries: Record<Locale, ManageWords> = { ko, en };

export function useManageWords(): ManageWords {
  return dictionaries[useLocale()];
}
