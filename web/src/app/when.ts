/** Moments in the visitor's language. */
import { useMemo } from 'react';
import { useLocale } from './i18n';
import { momentText } from './momentText';

export function useWhen(): (atMs: number) => string {
  const locale = useLocale();
  return useMemo(() => (atMs) => momentText(locale, atMs, Date.now()), [locale]);
}
