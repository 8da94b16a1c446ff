/** /tags/:tag: the posts of a tag, however it is written. */
import { usePageTitle } from '../../app/pageTitle';
import { PostList, useFeed } from '../../app/posts/PostList';
import { tagOf } from '../../app/posts/richText';
import { usePostWords } from '../../app/posts/words';
import { PageFrame } from '../../app/ui/PageFrame';
import styles from './TagPage.module.css';

export function TagPage({ tag }: { tag: string }) {
  const { tag: words, feed } = usePostWords();
  const name = tagOf(tag.replace(/^[#＃]/u, '')) ?? tag;
  usePageTitle(words.title(name));
  const list = useFeed({ of: 'tag', tag: name });
  return (
    <PageFrame>
      <h1 className={styles.title}>{words.title(name)}</h1>
      <PostList list={list} label={feed.list} empty={words.none(name)} />
    </PageFrame>
  );
}
