/** A failure in the visitor's words, where people, accounts and what they leave behind are concerned. */
import { useCallback } from 'react';
import { useLocale, useMessages } from '../i18n';
import { refusals } from './problems';
import { socialProblemText } from './socialProblemText';
import { useSocialWords } from './words';

export function useProblemText(): (error: unknown) => string {
  const messages = useMessages();
  const words = useSocialWords();
  const more = refusals[useLocale()];
  return useCallback((error: unknown) => socialProblemText(messages, words, error, more), [messages, words, more]);
}
