/** /bookmarks: what one keeps for later. */
import { usePageTitle } from '../../app/pageTitle';
import { PostList, useFeed } from '../../app/posts/PostList';
import { usePostWords } from '../../app/posts/words';
import { smallClass } from '../../app/ui/form';
import { PageFrame } from '../../app/ui/PageFrame';
import { SignedInPage } from '../../app/ui/SignedInPage';
import styles from '../drafts/DraftsPage.module.css';

export function BookmarksPage() {
  const { bookmarks: words } = usePostWords();
  usePageTitle(words.title);
  return (
    <SignedInPage title={words.title} lead={words.signIn}>
      {() => <Bookmarks />}
    </SignedInPage>
  );
}

function Bookmarks() {
  const { bookmarks: words, feed } = usePostWords();
  const list = useFeed({ of: 'bookmarks' });
  return (
    <PageFrame>
      <div className={styles.title}>
        <h1>{words.title}</h1>
        <p className={smallClass}>{words.lead}</p>
      </div>
      <PostList list={list} label={feed.list} empty={words.none} />
    </PageFrame>
  );
}
