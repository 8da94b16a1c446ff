/** A failure in the visitor's words, where people and accounts are concerned. */
import { useCallback } from 'react';
import { ApiProblem } from '../api';
import { useMessages, type Messages } from '../i18n';
import { problemText } from '../problemText';
import { useSocialWords, type SocialWords } from './words';

export function socialProblemText(messages: Messages, words: SocialWords, error: unknown): string {
  const table: Readonly<Record<string, string>> = words.problems;
  const own = error instanceof ApiProblem && Object.hasOwn(table, error.code) ? table[error.code] : undefined;
  return own ?? problemText(messages, error);
}

export function useProblemText(): (error: unknown) => string {
  const messages = useMessages();
  const words = useSocialWords();
  return useCallback((error: unknown) => socialProblemText(messages, words, error), [messages, words]);
}
