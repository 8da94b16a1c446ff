/** Shows the short notices and reads them out. */
import { useMessages } from '../i18n';
import { useToasts } from '../state/toasts';
import { classes } from './controls';
import { Icon } from './Icon';
import styles from './Toasts.module.css';

export function Toasts() {
  const { toasts, dismiss } = useToasts();
  const { common } = useMessages();
  return (
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
}
