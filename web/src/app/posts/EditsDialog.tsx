/** What a post said before. */
import { fetchEdits } from '../api/posting';
import { usePages } from '../state/pages';
import { Dialog } from '../ui/Dialog';
import { PagedList } from '../ui/PagedList';
import { useWhen } from '../when';
import { Said } from './PostCard';
import styles from './posts.module.css';
import { usePostProblem } from './usePostProblem';
import { usePostWords } from './words';
import social from '../social/social.module.css';

export function EditsDialog({ id, close }: { id: string; close(): void }) {
  const { edits: words, post } = usePostWords();
  const problem = usePostProblem();
  const when = useWhen();
  const list = usePages(id, (cursor, signal) => fetchEdits(id, { cursor, signal }), ({ version }) => version);
  return (
    <Dialog title={words.title} tall close={close}>
      <div className={social.notices} data-testid="edits">
        <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
          {(edit) => (
            <li key={edit.version} className={styles.edit}>
              <p className={styles.when}>
                <time dateTime={new Date(edit.sinceMs).toISOString()}>{words.since(when(edit.sinceMs))}</time>
              </p>
              {edit.warning !== '' && <p className={styles.when}>{post.warned(edit.warning)}</p>}
              <Said content={edit} />
            </li>
          )}
        </PagedList>
      </div>
    </Dialog>
  );
}
