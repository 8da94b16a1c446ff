/** A failure in the visitor's words, where posts and pictures are concerned. */
import { useCallback } from 'react';
import { ApiProblem } from '../api';
import { useProblemText } from '../social/useProblemText';
import { usePostWords } from './words';

export function usePostProblem(): (error: unknown) => string {
  const general = useProblemText();
  const { problems } = usePostWords();
  return useCallback(
    (error: unknown) => {
      const table: Readonly<Record<string, string>> = problems;
      const own = error instanceof ApiProblem && Object.hasOwn(table, error.code) ? table[error.code] : undefined;
      return own ?? general(error);
    },
    [general, problems],
  );
}
