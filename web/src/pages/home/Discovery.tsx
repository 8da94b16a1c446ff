/** Rooms, tags and posts that are talked about, and what is new. */
import { useId, useState } from 'react';
import { Link } from 'wouter';
import type { RoomCard as Room } from '../../app/api';
import { fetchPopularTags, fetchRecommendedPosts, fetchRecommendedRooms, type Order } from '../../app/api/recommendations';
import { useMessages } from '../../app/i18n';
import { PostList, usePosts } from '../../app/posts/PostList';
import { tagAddress } from '../../app/posts/RichText';
import { usePostProblem } from '../../app/posts/usePostProblem';
import { usePostWords } from '../../app/posts/words';
import { useMe } from '../../app/state/me';
import { usePages, type Paged } from '../../app/state/pages';
import { useResource } from '../../app/state/resource';
import { Button, ButtonLink } from '../../app/ui/controls';
import { TabList, type Tab } from '../../app/ui/TabList';
import styles from './HomePage.module.css';
import { RoomCard, RoomCardSkeleton } from './RoomCard';

const roomsAtOnce = 24;
const postsAtOnce = 6;
const tagsMost = 16;

export function Discovery() {
  return (
    <>
      <Rooms />
      <div className={styles.talk}>
        <Tags />
        <Posts />
      </div>
    </>
  );
}

function useRooms(order: Order): Paged<Room> {
  const me = useMe((state) => state.user?.id ?? '');
  return usePages(`${me} ${order}`, (cursor, signal) => fetchRecommendedRooms(order, { cursor, limit: roomsAtOnce, signal }), ({ id }) => id);
}

function Rooms() {
  const { discovery: words } = usePostWords();
  const { home } = useMessages();
  const id = useId();
  const [wish, setWish] = useState<Order | null>(null);
  const popular = useRooms('popular');
  // where nothing is talked about yet, what is new comes first
  const order = wish ?? (popular.status === 'ready' && popular.entries.length === 0 ? 'newest' : 'popular');
  const tabs: readonly Tab<Order>[] = [
    { id: 'popular', label: words.popular, icon: 'heart' },
    { id: 'newest', label: words.newest, icon: 'home' },
  ];
  return (
    <section className={styles.rooms} aria-labelledby="rooms-title">
      <div className={styles.roomsHead}>
        <h2 id="rooms-title">{home.rooms}</h2>
        <div className={styles.orders}>
          <TabList<Order> id={id} label={words.roomOrder} tabs={tabs} chosen={order} choose={setWish} />
        </div>
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${order}`} data-testid={`rooms-${order}`}>
        {order === 'popular' ? <RoomList list={popular} /> : <Newest />}
      </div>
    </section>
  );
}

function Newest() {
  return <RoomList list={useRooms('newest')} />;
}

function RoomList({ list }: { list: Paged<Room> }) {
  const { home, common } = useMessages();
  const problem = usePostProblem();
  if (list.status === 'loading') {
    return (
      <div className={styles.grid} aria-hidden="true">
        {[1, 2, 3, 4, 5, 6].map((each) => (
          <RoomCardSkeleton key={each} />
        ))}
      </div>
    );
  }
  if (list.status === 'failed') {
    return (
      <div className={styles.trouble} role="alert">
        <p>
          {home.failed} {problem(list.error)}
        </p>
        <Button onClick={list.again}>{common.retry}</Button>
      </div>
    );
  }
  if (list.entries.length === 0 && !list.hasMore) {
    return <p className={styles.trouble}>{home.empty}</p>;
  }
  return (
    <>
      <ul className={styles.grid} data-testid="rooms">
        {list.entries.map((room) => (
          <li key={room.id}>
            <RoomCard room={room} />
          </li>
        ))}
      </ul>
      {list.error !== null && (
        <p className={styles.trouble} role="alert">
          {problem(list.error)}
        </p>
      )}
      {list.hasMore && (
        <div className={styles.more}>
          <Button busy={list.busy} onClick={list.more}>
            {home.more}
          </Button>
        </div>
      )}
    </>
  );
}

/** Nothing where no tag was used lately. */
function Tags() {
  const { discovery: words } = usePostWords();
  const [tags] = useResource('popular tags', (signal) => fetchPopularTags({ cursor: null, limit: tagsMost, signal }));
  if (tags.status !== 'ready' || tags.value.entries.length === 0) {
    return null;
  }
  return (
    <section className={styles.tags} aria-labelledby="tags-title">
      <h2 id="tags-title">{words.tags}</h2>
      <ul data-testid="popular-tags">
        {tags.value.entries.map((tag) => (
          <li key={tag}>
            <Link href={tagAddress(tag)}>#{tag}</Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Posts() {
  const { discovery: words } = usePostWords();
  const list = usePosts('popular', (cursor, signal) => fetchRecommendedPosts('popular', { cursor, limit: postsAtOnce, signal }));
  return (
    <section className={styles.posts} aria-labelledby="posts-title" data-testid="popular-posts">
      <div className={styles.roomsHead}>
        <h2 id="posts-title">{words.posts}</h2>
        <p>{words.postsLead}</p>
        <ButtonLink href="/feed" variant="quiet" icon="arrow" className={styles.toFeed}>
          {words.toFeed}
        </ButtonLink>
      </div>
      <PostList list={list} label={words.posts} empty={words.noPosts} />
    </section>
  );
}
