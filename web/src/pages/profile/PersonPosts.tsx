/** What somebody wrote and passed on, with what they put on top. */
import { PostList, useFeed } from '../../app/posts/PostList';
import { usePostWords } from '../../app/posts/words';

export function PersonPosts({ handle, version }: { handle: string; version: number }) {
  const { ofPerson: words } = usePostWords();
  // what one is to them decides what one sees
  const list = useFeed({ of: 'person', handle }, version);
  return <PostList list={list} label={words.tab} empty={words.none} flat />;
}
