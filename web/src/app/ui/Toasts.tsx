/** Shows the short notices and reads them out: over an open dialog, where there is one. */
import { createPortal } from 'react-dom';
import { useMessages } from '../i18n';
import { useTopDialog } from '../state/dialogs';
import { useToasts } from '../state/toasts';
import { classes } from './controls';
import { Icon } from './Icon';
import styles from './Toasts.module.css';

export function Toasts() {
  const { toasts, dismiss } = useToasts();
  const { common } = useMessages();
  const dialog = useTopDialog();
  const stack = (
    <div className={styles.stack} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={classes(styles.toast, styles[toast.tone])} data-testid="toast">
          <span>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              className={styles.action}
              onClick={() => {
                toast.action?.run();
                dismiss(toast.id);
              }}
            >
              {toast.action.label}
            </button>
          )}
          <button type="button" aria-label={common.close} onClick={() => dismiss(toast.id)}>
            <Icon name="close" size={16} />
          </button>
        </div>
      ))}
    </div>
  );
  return dialog ? createPortal(stack, dialog) : stack;
}
