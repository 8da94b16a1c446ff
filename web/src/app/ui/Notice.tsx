/** A page or panel that says one thing and offers what to do next. */
import type { ReactNode } from 'react';
import { BrandMark } from './Brand';
import { cardClass, classes } from './controls';
import styles from './Notice.module.css';

interface NoticeProps {
  title: string;
  lead: string;
  /** The only thing on the page: then its title is the page's heading. */
  alone?: boolean;
  children?: ReactNode;
}

export function Notice({ title, lead, alone = false, children }: NoticeProps) {
  const Heading = alone ? 'h1' : 'h2';
  const card = (
    <div className={classes(cardClass, styles.card)}>
      <BrandMark size={64} />
      <Heading className={styles.title}>{title}</Heading>
      <p className={styles.lead}>{lead}</p>
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
  return alone ? <main className={styles.page}>{card}</main> : card;
}
