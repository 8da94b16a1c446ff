/** A failure in words, where people, accounts and what they leave behind are concerned. */
import { ApiProblem } from '../api';
import type { Messages } from '../i18n';
import { problemText } from '../problemText';
import type { SocialWords } from './words';

type Table = Readonly<Record<string, string>>;

/** `more` holds words of services that came later. */
export function socialProblemText(messages: Messages, words: SocialWords, error: unknown, more: Table = {}): string {
  const tables: readonly Table[] = [words.problems, more];
  const own = error instanceof ApiProblem ? tables.find((table) => Object.hasOwn(table, error.code))?.[error.code] : undefined;
  return own ?? problemText(messages, error);
}
