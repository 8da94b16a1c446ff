/** A list that comes in pages: what stands in its place while it is not there, and the way to more of it. */
import { useLayoutEffect, useRef, type ReactNode } from 'react';
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

export function PagedList<T>(props: PagedListProps<T>) {
  const place = useRef<HTMLDivElement>(null);
  const used = useRef(false);
  const { length } = props.list.entries;
  const before = useRef(length);
  useLayoutEffect(() => {
    // whoever took an entry out by its own button goes on from the list
    if (length < before.current && used.current && document.activeElement === document.body) {
      place.current?.focus({ preventScroll: true });
    }
    before.current = length;
  }, [length]);
  return (
    <div ref={place} className={styles.place} tabIndex={-1} onFocus={() => (used.current = true)} onBlur={({ relatedTarget }) => (used.current = relatedTarget === null)}>
      <Shown {...props} />
    </div>
  );
}

function Shown<T>({ list, label, empty, problem, children }: PagedListProps<T>) {
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
    return (
      <p className={styles.empty} role="status">
        {empty}
      </p>
    );
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
