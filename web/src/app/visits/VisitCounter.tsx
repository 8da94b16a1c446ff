/** How many came to a room: today and altogether, as on a minihompy. */
import { useState } from 'react';
import { fetchVisitCounts, type VisitCounts } from '../api/visits';
import { useLocale } from '../i18n';
import { useResource } from '../state/resource';
import styles from './visits.module.css';
import { useVisitWords } from './words';

/** `version` grows when there may be more. */
export function VisitCounter({ roomId, version = 0 }: { roomId: string; version?: number }) {
  const words = useVisitWords();
  const locale = useLocale();
  const [counts] = useResource(`${roomId} ${version}`, (signal) => fetchVisitCounts(roomId, signal));
  const [known, know] = useState<VisitCounts | null>(null);
  // while it is asked again the last answer stays
  if (counts.status === 'ready' && counts.value !== known) {
    know(counts.value);
  }
  const found = known;
  const shown = (count: number | undefined): string => count?.toLocaleString(locale) ?? '–';
  const [today, total] = [shown(found?.today), shown(found?.total)];
  return (
    <span className={styles.counter} role="img" aria-label={words.counted(today, total)} data-testid="visits" data-today={found?.today} data-total={found?.total}>
      <span>
        {words.today} <b>{today}</b>
      </span>
      <span>
        {words.total} <b>{total}</b>
      </span>
    </span>
  );
}
