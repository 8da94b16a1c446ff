/** Deciding a case: what is to be done, by which rule. */
import { useState, type FormEvent } from 'react';
import { commentCharsMax, decide, reportReasons, suspensionDaysMax, type Case, type DecisionAction, type ReportReason } from '../../app/api/moderation';
import { actionsFor } from '../../app/moderation/ruling';
import { useModerationWords } from '../../app/moderation/words';
import { charsOf } from '../../app/social/text';
import { useActing } from '../../app/social/useActing';
import { useOnce } from '../../app/social/useOnce';
import { useToasts } from '../../app/state/toasts';
import { Ask } from '../../app/ui/Ask';
import { Button } from '../../app/ui/controls';
import { Area, faultClass, Field, OneOf } from '../../app/ui/form';
import styles from './desk.module.css';
import { daysOf } from './days';
import { useDeskWords } from './words';

export function DecideForm({ about, decided }: { about: Case; decided(): void }) {
  const words = useDeskWords();
  const { reasons } = useModerationWords();
  const show = useToasts((state) => state.show);
  const [action, setAction] = useState<DecisionAction | ''>('');
  const [rule, setRule] = useState<ReportReason | ''>('');
  const [note, setNote] = useState('');
  const [typed, setTyped] = useState('');
  const [asking, ask] = useState(false);
  const { busy, fault, act } = useActing();
  const once = useOnce(about.id, action, rule, note, typed);
  const days = daysOf(typed);
  const length = charsOf(note);
  const fits = action !== '' && rule !== '' && length <= commentCharsMax && (action !== 'suspend' || days !== undefined);
  const send = (): void => {
    if (action !== '' && rule !== '' && fits) {
      act(
        () => decide(about.id, { action, rule, note: note.trim(), days: action === 'suspend' ? (days ?? null) : null }, once),
        () => {
          show('good', words.done);
          decided();
        },
        () => {
          ask(false);
          return false;
        },
      );
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // what cannot be taken back, or puts somebody out
    if (action === 'remove' || action === 'suspend') {
      ask(fits);
    } else {
      send();
    }
  };
  return (
    <form onSubmit={submit} data-testid="decide">
      <OneOf<DecisionAction | ''> label={words.action} options={actionsFor(about.kind, about.author !== null).map((id) => ({ id, label: words.actionName[id], lead: words.actionLead[id] }))} chosen={action} choose={setAction} />
      {action === 'suspend' && <Field label={words.days} hint={words.daysHint(suspensionDaysMax)} inputMode="numeric" value={typed} aria-invalid={days === undefined} onChange={(event) => setTyped(event.target.value)} />}
      <OneOf<ReportReason | ''> label={words.rule} options={reportReasons.map((id) => ({ id, label: reasons[id] }))} chosen={rule} choose={setRule} />
      <Area label={words.noteLabel} rows={2} value={note} count={[length, commentCharsMax]} onChange={(event) => setNote(event.target.value)} />
      {fault !== null && (
        <p className={faultClass} role="alert">
          {fault}
        </p>
      )}
      {asking ? (
        <Ask question={action === 'remove' ? words.removeAsk : words.suspendAsk} yes={words.send} busy={busy} confirm={send} cancel={() => ask(false)} />
      ) : (
        <div className={styles.answers}>
          <Button variant="primary" type="submit" icon="shield" busy={busy} disabled={!fits}>
            {words.send}
          </Button>
        </div>
      )}
    </form>
  );
}
