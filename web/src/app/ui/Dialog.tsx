/** A modal card, on phones a sheet from below. The browser keeps the focus in it and gives it back. */
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { useMessages } from '../i18n';
import { openedDialog } from '../state/dialogs';
import { classes, IconButton } from './controls';
import styles from './Dialog.module.css';

interface DialogProps {
  title: string;
  /** Beside the title. */
  head?: ReactNode;
  tall?: boolean;
  /** A press beside it does not close it: what it shows cannot be had again. */
  firm?: boolean;
  close(): void;
  children: ReactNode;
}

export function Dialog({ title, head, tall = false, firm = false, close, children }: DialogProps) {
  const { common } = useMessages();
  const element = useRef<HTMLDialogElement>(null);
  const closing = useRef(close);
  const beside = useRef(close);
  const id = useId();
  useLayoutEffect(() => {
    closing.current = close;
    beside.current = firm ? () => undefined : close;
  });
  useLayoutEffect(() => {
    const dialog = element.current;
    if (!dialog) {
      return undefined;
    }
    const abort = new AbortController();
    const { signal } = abort;
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      closing.current();
    }, { signal });
    // the dialog itself lies around its card: a press there is one beside it
    dialog.addEventListener('pointerdown', (event) => {
      if (event.target === dialog) {
        beside.current();
      }
    }, { signal });
    dialog.showModal();
    const left = openedDialog(dialog);
    return () => {
      abort.abort();
      left();
      dialog.close();
      restoreFocus();
    };
  }, []);
  return (
    <dialog ref={element} className={styles.dialog} aria-labelledby={id}>
      <div className={classes(styles.card, tall && styles.tall)}>
        <div className={styles.head}>
          {head}
          <h2 id={id} className={styles.title}>
            {title}
          </h2>
          <IconButton icon="close" label={common.close} variant="quiet" onClick={close} />
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** What opened the dialog may be gone by now: then the panel beside the room gets the focus, or the page. */
function restoreFocus(): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) {
      document.querySelector<HTMLElement>('aside [role=tab][aria-selected=true], main[tabindex]')?.focus({ preventScroll: true });
    }
  });
}
