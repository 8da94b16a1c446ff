/** One matter on a page of settings. */
import { useId, type ReactNode } from 'react';
import { smallClass } from '../../app/ui/form';
import styles from './settings.module.css';

interface SectionProps {
  title: string;
  lead?: string;
  /** Beside the title. */
  act?: ReactNode;
  testId?: string;
  children?: ReactNode;
}

export function Section({ title, lead, act, testId, children }: SectionProps) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id} data-testid={testId}>
      <div className={styles.head}>
        <div className={styles.headWords}>
          <h2 id={id}>{title}</h2>
          {lead && <p className={smallClass}>{lead}</p>}
        </div>
        {act}
      </div>
      {children}
    </section>
  );
}
