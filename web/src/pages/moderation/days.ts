/** For how long somebody is kept out, as it is typed. */
import { suspensionDaysMax } from '../../app/api/moderation';

/** Null: until it is lifted; undefined: what was typed is no number of days. */
export function daysOf(typed: string): number | null | undefined {
  const tidy = typed.trim();
  if (tidy === '') {
    return null;
  }
  const days = /^\d{1,3}$/u.test(tidy) ? Number(tidy) : 0;
  return days >= 1 && days <= suspensionDaysMax ? days : undefined;
}
