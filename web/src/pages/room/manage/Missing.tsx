/** What stands in the place of a list that is not there. */
import { Button } from '../../../app/ui/controls';
import styles from './manage.module.css';
import type { Listed } from './useRoomList';
import { useManageWords } from './words';

export function Missing({ listed, again }: { listed: Exclude<Listed<unknown>, { status: 'ready' }>; again(): void }) {
  const { lists } = useManageWords();
  if (listed.status === 'loading') {
    return (
      <p className={styles.empty} role="status">
        {lists.loading}
      </p>
    );
  }
  return (
    <div className={styles.empty} role="alert">
      <p>{listed.forbidden ? lists.forbidden : lists.failed}</p>
      {!listed.forbidden && <Button onClick={again}>{lists.again}</Button>}
    </div>
  );
}
