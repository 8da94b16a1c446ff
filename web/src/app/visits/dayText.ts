/** A day of the server's calendar in the visitor's language. */
import type { Locale } from '../i18n';

/** The text itself where it is no day. */
export function dayText(locale: Locale, day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  // it is a day there, not a moment here
  return Number.isNaN(at.getTime()) ? day : new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(at);
}
