/** A failure in the visitor's words. */
import { ApiProblem } from './api';
import { textOf, type Messages } from './i18n/messages';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** When it is worth trying again, rounded up to what one can wait by. */
function waitText({ wait }: Messages, ms: number): string {
  if (ms < 100 * secondMs) {
    return wait.seconds(Math.max(1, Math.ceil(ms / secondMs)));
  }
  return ms < 100 * minuteMs ? wait.minutes(Math.ceil(ms / minuteMs)) : wait.hours(Math.ceil(ms / hourMs));
}

export function problemText(messages: Messages, error: unknown): string {
  if (error instanceof ApiProblem && error.code === 'rate_limited' && error.retryAfterMs !== null) {
    return `${messages.wait.limited} ${waitText(messages, error.retryAfterMs)}`;
  }
  return textOf(messages.problems, error instanceof ApiProblem ? error.code : 'other');
}
