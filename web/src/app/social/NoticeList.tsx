/** What one was told, the newest first. */
import { Link } from 'wouter';
import { fetchNotices, markRead, type Notice } from '../api/notices';
import type { User } from '../api';
import { useNotices } from '../state/notices';
import { usePages, type Paged } from '../state/pages';
import { Button, classes } from '../ui/controls';
import { Icon } from '../ui/Icon';
import { PagedList } from '../ui/PagedList';
import { Portrait } from '../ui/Portrait';
import { useWhen } from '../when';
import { asksSomething, noticeAddress, noticeText } from './noticeText';
import styles from './social.module.css';
import { useActing } from './useActing';
import { useProblemText } from './useProblemText';
import { useSocialWords } from './words';

/** Reads again when there is something new. */
export function useNoticePages(me: User): Paged<Notice> {
  const news = useNotices((state) => state.news);
  return usePages(me.id, (cursor, signal) => fetchNotices({ cursor, signal }), ({ id }) => id, news);
}

interface NoticeListProps {
  me: User;
  list: Paged<Notice>;
  /** Before one follows a notice elsewhere. */
  leave?(): void;
}

export function NoticeList({ me, list, leave }: NoticeListProps) {
  const { notices: words } = useSocialWords();
  const problem = useProblemText();
  return (
    <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
      {(notice) => <Entry key={notice.id} notice={notice} me={me} leave={leave} />}
    </PagedList>
  );
}

function Entry({ notice, me, leave }: { notice: Notice; me: User; leave: (() => void) | undefined }) {
  const { notices: words } = useSocialWords();
  const when = useWhen();
  const { from, kind, subject, unread } = notice;
  const address = noticeAddress(kind, from?.handle ?? null, me.handle, subject);
  return (
    <li className={classes(styles.notice, unread && styles.unread)} data-kind={kind} data-unread={unread}>
      {from ? <Portrait look={from.look} size={44} /> : <span className={styles.house}><Icon name="bell" size={28} /></span>}
      <Link href={address} className={styles.noticeWords} onClick={leave}>
        {noticeText(words, kind, from?.displayName ?? null)}
        <time dateTime={new Date(notice.toldMs).toISOString()}>
          {when(notice.toldMs)}
          {asksSomething(kind) && ` · ${words.answer}`}
        </time>
      </Link>
      {unread && <span className={styles.dot} role="img" aria-label={words.unread} />}
    </li>
  );
}

export function ReadAll({ list }: { list: Paged<Notice> }) {
  const { notices: words } = useSocialWords();
  const heard = useNotices((state) => state.heard);
  const unread = useNotices((state) => state.unread);
  const { busy, act } = useActing(true);
  const newest = list.entries[0]?.id;
  const read = (): void => {
    if (newest !== undefined) {
      act(
        () => markRead(newest),
        (left) => {
          list.edit((entries) => entries.map((entry) => ({ ...entry, unread: entry.unread && entry.id > newest })));
          heard(left);
        },
      );
    }
  };
  return (
    <Button icon="check" busy={busy || newest === undefined || (unread === 0 && !list.entries.some((entry) => entry.unread))} data-testid="read-all" onClick={read}>
      {words.allRead}
    </Button>
  );
}
