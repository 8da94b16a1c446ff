/** A failure in the visitor's words, where people, accounts and what they leave behind are concerned. */
import { useCallback } from 'react';
import { ApiProblem } from '../api';
import { useLocale, useMessages, type Messages } from '../i18n';
import { problemText } from '../problemText';
import { refusals } from './problems';
import { useSocialWords, type SocialWords } from './words';

type Table = Readonly<Record<string, string>>;

export function socialProblemText(messages: Messages, words: SocialWords, error: unknown, more: Table = {}): string {
  const tables: readonly Table[] = [words.problems, more];
  const own = error instanceof ApiProblem ? tables.find((table) => Object.hasOwn(table, error.code))?.[error.code] : undefined;
  return own ?? problemText(messages, error);
}

export function useProblemText(): (error: unknown) => string {
  const messages = useMessages();
  const words = useSocialWords();
  const more = refusals[useLocale()];
  return useCallback((error: unknown) => socialProblemText(messages, words, error, more), [messages, words, more]);
}
