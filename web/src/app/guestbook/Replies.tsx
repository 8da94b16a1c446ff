/** What was written back to an entry, the oldest first. */
import { fetchReplies, type GuestbookEntry } from '../api/guestbook';
import type { User } from '../api';
import { useProblemText } from '../social/useProblemText';
import { usePages } from '../state/pages';
import { PagedList } from '../ui/PagedList';
import { Entry } from './Entry';
import styles from './guestbook.module.css';
import { useGuestbookWords } from './words';
import { WriteReply } from './Write';

interface RepliesProps {
  entry: GuestbookEntry;
  own: boolean;
  me: User | null;
  change(now: GuestbookEntry): void;
}

export function Replies({ entry, own, me, change }: RepliesProps) {
  const words = useGuestbookWords();
  const problem = useProblemText();
  const list = usePages(entry.id, (cursor, signal) => fetchReplies(entry.id, { cursor, signal }), ({ id }) => id);
  return (
    <div className={styles.thread}>
      <PagedList list={list} label={words.repliesTo(entry.author.displayName)} empty={words.noReplies} problem={problem}>
        {(reply) => (
          <Entry
            key={reply.id}
            entry={reply}
            own={own}
            me={me}
            isReply
            change={(now) => list.edit((replies) => replies.map((each) => (each.id === now.id ? now : each)))}
            gone={() => {
              list.edit((replies) => replies.filter(({ id }) => id !== reply.id));
              change({ ...entry, replies: Math.max(0, entry.replies - 1) });
            }}
          />
        )}
      </PagedList>
      {me && (
        <WriteReply
          entry={entry}
          written={(reply) => {
            list.edit((replies) => [...replies, reply]);
            change({ ...entry, replies: entry.replies + 1 });
          }}
        />
      )}
    </div>
  );
}
