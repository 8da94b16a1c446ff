/** A decision in words: what was done to what, by which rule, until when. */
import type { Decision } from '../api/moderation';
import { textOf } from '../i18n';
import { smallClass } from '../ui/form';
import { useWhen } from '../when';
import { useModerationWords } from './words';

export function DecisionText({ decision: { action, kind, rule, untilMs, decidedMs } }: { decision: Pick<Decision, 'action' | 'kind' | 'rule' | 'untilMs' | 'decidedMs'> }) {
  const { own, actions, kinds, reasons } = useModerationWords();
  const when = useWhen();
  return (
    <>
      <b>{own.about(textOf(actions, action), textOf(kinds, kind))}</b>
      <span className={smallClass}>
        {own.because(textOf(reasons, rule))}
        {untilMs !== null && ` · ${own.until(when(untilMs))}`} · <time dateTime={new Date(decidedMs).toISOString()}>{when(decidedMs)}</time>
      </span>
    </>
  );
}
