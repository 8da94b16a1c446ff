/** How much one has not read, and the way to it. */
import { lazy, Suspense, useState } from 'react';
import { useMessages } from '../i18n';
import { useMe } from '../state/me';
import { useNotices } from '../state/notices';
import styles from './Bell.module.css';
import { classes } from './controls';
import { Icon } from './Icon';

const NoticesDialog = lazy(async () => ({ default: (await import('../social/NoticesDialog')).NoticesDialog }));

const shownMost = 99;

/** Nothing for whoever is not signed in. */
export function Bell({ className }: { className?: string | undefined }) {
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  const unread = useNotices((state) => state.unread) ?? 0;
  const [open, setOpen] = useState(false);
  if (!me) {
    return null;
  }
  const label = common.notices(unread);
  return (
    <>
      <button type="button" className={classes(styles.bell, className)} aria-label={label} title={label} aria-haspopup="dialog" data-testid="bell" data-unread={unread} onClick={() => setOpen(true)}>
        <Icon name="bell" />
        {unread > 0 && (
          <span className={styles.count} aria-hidden="true">
            {unread > shownMost ? `${shownMost}+` : unread}
          </span>
        )}
      </button>
      {open && (
        <Suspense>
          <NoticesDialog me={me} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
