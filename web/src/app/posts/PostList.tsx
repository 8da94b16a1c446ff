/** Posts in a list that comes in pages. */
import { useCallback } from 'react';
import type { Page } from '../api/pages';
import { fetchFeed, type Feed } from '../api/posting';
import type { Post } from '../api/posts';
import { useMe } from '../state/me';
import { usePages, type Paged } from '../state/pages';
import { classes } from '../ui/controls';
import { PagedList } from '../ui/PagedList';
import { PostCard } from './PostCard';
import styles from './posts.module.css';
import { usePostProblem } from './usePostProblem';

/** One list, for as long as a component shows it; who is asking decides what is in it. */
export function usePosts(name: string, load: (cursor: string | null, signal: AbortSignal) => Promise<Page<Post>>, version = 0): Paged<Post> {
  const me = useMe((state) => state.user?.id ?? '');
  return usePages(`${me} ${name}`, load, ({ id }) => id, version);
}

export function useFeed(feed: Feed, version = 0): Paged<Post> {
  return usePosts(JSON.stringify(feed), (cursor, signal) => fetchFeed(feed, { cursor, signal }), version);
}

interface PostListProps {
  list: Paged<Post>;
  label: string;
  empty: string;
  /** Within a card. */
  flat?: boolean;
}

export function PostList({ list, label, empty, flat = false }: PostListProps) {
  const problem = usePostProblem();
  const { edit } = list;
  const change = useCallback((id: string, alter: (post: Post) => Post) => edit((posts) => posts.map((post) => (post.id === id ? alter(post) : post))), [edit]);
  const gone = useCallback((id: string) => edit((posts) => posts.filter((post) => post.id !== id)), [edit]);
  return (
    <div className={classes(styles.list, flat && styles.flatList)} data-testid="posts">
      <PagedList list={list} label={label} empty={empty} problem={problem}>
        {(post) => (
          <li key={post.id}>
            <PostCard post={post} flat={flat} change={(alter) => change(post.id, alter)} gone={() => gone(post.id)} />
          </li>
        )}
      </PagedList>
    </div>
  );
}
