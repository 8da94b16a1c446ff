/** A moment as lists show it: the time today, with the day this year, the day with its year in others. */
import type { Locale } from './i18n';

export function momentText(locale: Locale, atMs: number, nowMs: number): string {
  const [at, now] = [new Date(atMs), new Date(nowMs)];
  const time = { hour: 'numeric', minute: '2-digit' } as const;
  const day = { month: 'short', day: 'numeric' } as const;
  const shown = at.toDateString() === now.toDateString() ? time : at.getFullYear() === now.getFullYear() ? { ...day, ...time } : { year: 'numeric' as const, ...day };
  return new Intl.DateTimeFormat(locale, shown).format(at);
}
