/** What is around a page's own part: ground, head, and a column in the middle. */
import type { ReactNode } from 'react';
import { classes } from './controls';
import { PageHeader } from './PageHeader';
import styles from './PageFrame.module.css';

export function PageFrame({ wide = false, children }: { wide?: boolean; children: ReactNode }) {
  return (
    <div className={styles.page}>
      <PageHeader />
      <main id="content" tabIndex={-1} className={classes(styles.main, wide && styles.wide)}>
        {children}
      </main>
    </div>
  );
}
