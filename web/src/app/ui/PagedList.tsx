/** A list that comes in pages: what stands in its place while it is not there, and the way to more of it. */
import type { ReactNode } from 'react';
import { useMessages } from '../i18n';
import type { Paged } from '../state/pages';
import { Button } from './controls';
import styles from './PagedList.module.css';

interface PagedListProps<T> {
  list: Paged<T>;
  label: string;
  empty: string;
  problem(error: unknown): string;
  children(entry: T): ReactNode;
}

export function PagedList<T>({ list, label, empty, problem, children }: PagedListProps<T>) {
  const { common } = useMessages();
  if (list.status === 'loading') {
    return (
      <p className={styles.empty} role="status">
        {common.loading}
      </p>
    );
  }
  if (list.status === 'failed') {
    return (
      <div className={styles.empty} role="alert">
        <p>{problem(list.error)}</p>
        <Button onClick={list.again}>{common.retry}</Button>
      </div>
    );
  }
  if (list.entries.length === 0 && !list.hasMore) {
    return <p className={styles.empty}>{empty}</p>;
  }
  return (
    <>
      <ul aria-label={label} className={styles.list}>
        {list.entries.map((entry) => children(entry))}
      </ul>
      {list.error !== null && (
        <p className={styles.fault} role="alert">
          {problem(list.error)}
        </p>
      )}
      {list.hasMore && (
        <div className={styles.more}>
          <Button busy={list.busy} onClick={list.more} data-testid="more">
            {common.more}
          </Button>
        </div>
      )}
    </>
  );
}
