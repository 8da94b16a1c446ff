/** The notices over the page one is on: nobody has to leave a room for them. */
import type { User } from '../api';
import { ButtonLink } from '../ui/controls';
import { Dialog } from '../ui/Dialog';
import { NoticeList, ReadAll, useNoticePages } from './NoticeList';
import styles from './social.module.css';
import { useSocialWords } from './words';

export function NoticesDialog({ me, close }: { me: User; close(): void }) {
  const { notices: words } = useSocialWords();
  const list = useNoticePages(me);
  return (
    <Dialog title={words.title} tall close={close}>
      <div className={styles.notices} data-testid="notices">
        <NoticeList me={me} list={list} leave={close} />
      </div>
      <div className={styles.noticesFoot}>
        <ButtonLink href="/notifications" variant="quiet">
          {words.all}
        </ButtonLink>
        <ReadAll list={list} />
      </div>
    </Dialog>
  );
}
