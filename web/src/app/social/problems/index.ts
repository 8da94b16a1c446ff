/** What refusals about rooms, guestbooks, words and reports say, by their codes. */
import type { Locale } from '../../i18n';
import { en } from './en';
import { ko } from './ko';

export const refusals: Record<Locale, Readonly<Record<string, string>>> = { ko, en };
