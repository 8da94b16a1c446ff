/** Waits for something, or says that it did not come. */
import type { ReactNode } from 'react';
import { useMessages } from '../../app/i18n';
import { useProblemText } from '../../app/social/useProblemText';
import type { Resource } from '../../app/state/resource';
import { Button } from '../../app/ui/controls';
import styles from './settings.module.css';
import { useSettingsWords } from './words';

interface LoadedProps<T> {
  resource: Resource<T>;
  again(): void;
  children(value: T): ReactNode;
}

export function Loaded<T>({ resource, again, children }: LoadedProps<T>) {
  const { common } = useMessages();
  const words = useSettingsWords();
  const problem = useProblemText();
  if (resource.status === 'loading') {
    return (
      <p className={styles.waiting} role="status">
        {common.loading}
      </p>
    );
  }
  if (resource.status === 'failed') {
    return (
      <div className={styles.waiting} role="alert">
        <p>
          {words.failed} {problem(resource.error)}
        </p>
        <Button onClick={again}>{common.retry}</Button>
      </div>
    );
  }
  return children(resource.value);
}
