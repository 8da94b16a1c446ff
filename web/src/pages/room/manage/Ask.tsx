/** A question before something that cannot simply be taken back. The safe answer has the focus. */
import { useEffect, useRef } from 'react';
import { useMessages } from '../../../app/i18n';
import { Button } from '../../../app/ui/controls';
import styles from './manage.module.css';

interface AskProps {
  question: string;
  yes: string;
  busy: boolean;
  confirm(): void;
  cancel(): void;
}

export function Ask({ question, yes, busy, confirm, cancel }: AskProps) {
  const { common } = useMessages();
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => group.current?.querySelector('button')?.focus(), []);
  return (
    <div ref={group} className={styles.ask} role="alertdialog" aria-label={question} data-testid="ask">
      <p>{question}</p>
      <div className={styles.answers}>
        <Button onClick={cancel}>{common.cancel}</Button>
        <Button variant="primary" disabled={busy} onClick={confirm} data-testid="ask-yes">
          {yes}
        </Button>
      </div>
    </div>
  );
}
