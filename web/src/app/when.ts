/** Moments as lists show them: the time today, with the day before. */
import { useMemo } from 'react';
import { useLocale } from './i18n';

export function useWhen(): (atMs: number) => string {
  const locale = useLocale();
  return useMemo(() => {
    const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' });
    const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
    return (atMs) => (new Date(atMs).toDateString() === new Date().toDateString() ? time : day).format(atMs);
  }, [locale]);
}
