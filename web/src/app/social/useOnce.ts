/** What a request is called, so that sending it again does nothing twice. */
import { useMemo } from 'react';
import { uuid } from '../api/uuid';

/** The same for as long as the same is asked for. */
export function useOnce(...what: readonly (string | number | boolean | null)[]): string {
  const key = JSON.stringify(what);
  return useMemo(() => ({ key, name: uuid() }), [key]).name;
}
