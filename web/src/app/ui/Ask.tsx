/** A question before something that cannot simply be taken back. The safe answer has the focus. */
import { useEffect, useRef } from 'react';
import { useMessages } from '../i18n';
import styles from './Ask.module.css';
import { Button } from './controls';

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
        <Button variant="primary" busy={busy} onClick={confirm} data-testid="ask-yes">
          {yes}
        </Button>
      </div>
    </div>
  );
}
