/** The texts of a live room: they come with the room, not with the first page. */
import { useLocale, type Locale } from '../../../app/i18n';
import { en } from './en';
import { ko } from './ko';

export type RoomWords = typeof en;

const dictionaries: Record<Locale, RoomWords> = { ko, en };

export function useRoomWords(): RoomWords {
  return dictionaries[useLocale()];
}
