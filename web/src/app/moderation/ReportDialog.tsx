/** Reporting something to moderators: why, and what they should know. */
import { useState, type FormEvent } from 'react';
import { commentCharsMax, report, reportReasons, type ContentKind, type ReportReason } from '../api/moderation';
import { useMessages } from '../i18n';
import { charsOf } from '../social/text';
import { useActing } from '../social/useActing';
import { useOnce } from '../social/useOnce';
import { useMe } from '../state/me';
import { useSignInAddress } from '../state/signInAddress';
import { useToasts } from '../state/toasts';
import { Button, ButtonLink } from '../ui/controls';
import { Dialog } from '../ui/Dialog';
import { Area, faultClass, OneOf } from '../ui/form';
import styles from './moderation.module.css';
import { useModerationWords } from './words';

interface ReportDialogProps {
  kind: ContentKind;
  id: string;
  onClose(): void;
}

export function ReportDialog(props: ReportDialogProps) {
  const { report: words } = useModerationWords();
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  const signIn = useSignInAddress();
  return (
    <Dialog title={words.title} close={props.onClose}>
      {me ? (
        <Form {...props} />
      ) : (
        <div className={styles.dialog}>
          <p className={styles.lead}>{words.signIn}</p>
          <div className={styles.answers}>
            <Button onClick={props.onClose}>{common.cancel}</Button>
            <ButtonLink href={signIn} variant="primary">
              {common.signIn}
            </ButtonLink>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function Form({ kind, id, onClose }: ReportDialogProps) {
  const { report: words, reasons } = useModerationWords();
  const { common } = useMessages();
  const show = useToasts((state) => state.show);
  const [reason, setReason] = useState<ReportReason | ''>('');
  const [comment, setComment] = useState('');
  const { busy, fault, act } = useActing();
  const length = charsOf(comment);
  const once = useOnce(kind, id, reason, comment);
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (reason !== '' && length <= commentCharsMax) {
      act(
        () => report({ kind, id, reason, comment: comment.trim() }, once),
        () => {
          show('good', words.sent);
          onClose();
        },
      );
    }
  };
  return (
    <form className={styles.dialog} onSubmit={send} data-testid="report">
      <p className={styles.lead}>{words.choiceLead}</p>
      <OneOf<ReportReason | ''> label={words.ask} options={reportReasons.map((each) => ({ id: each, label: reasons[each] }))} chosen={reason} choose={setReason} />
      <Area label={words.comment} value={comment} rows={3} count={[length, commentCharsMax]} onChange={(event) => setComment(event.target.value)} />
      {fault !== null && (
        <p className={faultClass} role="alert">
          {fault}
        </p>
      )}
      <div className={styles.answers}>
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button variant="primary" type="submit" icon="flag" busy={busy} disabled={reason === '' || length > commentCharsMax}>
          {words.send}
        </Button>
      </div>
    </form>
  );
}
