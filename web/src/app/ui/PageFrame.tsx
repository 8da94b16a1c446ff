/** What is around a page's own part: ground, head, and a column in the middle. */
import { useEffect, useRef, type ReactNode } from 'react';
import { hasMoved } from '../state/place';
import { classes } from './controls';
import { PageHeader } from './PageHeader';
import styles from './PageFrame.module.css';

export function PageFrame({ wide = false, children }: { wide?: boolean; children: ReactNode }) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // the link that led here is gone, and the focus with it: one goes on in the new page, and hears of it
    if (hasMoved() && document.activeElement === document.body) {
      main.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <div className={styles.page}>
      <PageHeader />
      <main ref={main} id="content" tabIndex={-1} className={classes(styles.main, wide && styles.wide)}>
        {children}
      </main>
    </div>
  );
}
