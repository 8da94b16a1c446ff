/** A failure in the visitor's words. */
import { ApiProblem } from './api';
import { textOf, type Messages } from './i18n/messages';

export function problemText(messages: Messages, error: unknown): string {
  return textOf(messages.problems, error instanceof ApiProblem ? error.code : 'other');
}
