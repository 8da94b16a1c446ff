/** A question before something that cannot simply be taken back. The safe answer has the focus, and gives it back. */
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
  useEffect(() => {
    const asked = document.activeElement;
    const around = group.current?.closest('li, form, section, dialog');
    group.current?.querySelector('button')?.focus();
    return () => giveBack(asked, around ?? null);
  }, []);
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

/** To what asked or, where the question stood in its place, to what stands there now. */
function giveBack(asked: Element | null, around: Element | null): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) {
      const back = asked?.isConnected && asked !== document.body ? asked : around?.querySelector('button:not(:disabled)');
      if (back instanceof HTMLElement) {
        back.focus({ preventScroll: true });
      }
    }
  });
}
