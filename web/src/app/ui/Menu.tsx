/** A button that opens a small list of places to go and things to do. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { classes } from './controls';
import styles from './Menu.module.css';

interface MenuProps {
  label: string;
  /** What the button shows. */
  face: ReactNode;
  className?: string | undefined;
  /** Links and buttons; choosing one closes the list. */
  children: ReactNode;
}

export function Menu({ label, face, className, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const host = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const abort = new AbortController();
    const { signal } = abort;
    const outside = ({ target }: Event): void => {
      if (target instanceof Node && !host.current?.contains(target)) {
        setOpen(false);
      }
    };
    document.addEventListener('pointerdown', outside, { signal });
    document.addEventListener('focusin', outside, { signal });
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') {
        setOpen(false);
        host.current?.querySelector('button')?.focus();
      }
    }, { signal });
    return () => abort.abort();
  }, [open]);
  return (
    <div ref={host} className={styles.menu}>
      <button type="button" className={classes(styles.face, className)} aria-label={label} title={label} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        {face}
      </button>
      {open && (
        // a choice bubbles up to here and closes the list
        <div id={id} className={styles.list} role="presentation" onClick={() => setOpen(false)}>
          {children}
        </div>
      )}
    </div>
  );
}

export const menuItemClass = styles.item ?? '';
