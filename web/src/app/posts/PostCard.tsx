/** A post wherever it stands: who wrote it, what it says and shows, and what one can do with it. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Audience, Content, Post, Quoted } from '../api/posts';
import { Chip, classes } from '../ui/controls';
import { Icon, type IconName } from '../ui/Icon';
import { Portrait } from '../ui/Portrait';
import { useWhen } from '../when';
import { Folded } from './Folded';
import { useHungIn } from './hungIn';
import { Pictures } from './Pictures';
import { PostBar } from './PostBar';
import { PostMenu } from './PostMenu';
import { RichText, tagAddress } from './RichText';
import { tagsIn } from './richText';
import styles from './posts.module.css';
import { usePostActs, type Change } from './usePostActs';
import { usePostWords } from './words';

export const audienceIcons: Readonly<Record<Audience, IconName>> = { public: 'globe', followers: 'people', ties: 'heart', private: 'lock' };

interface PostCardProps {
  post: Post;
  change: Change;
  /** It was deleted. */
  gone(): void;
  /** The only one on its page. */
  alone?: boolean;
  /** In a list within a card. */
  flat?: boolean;
}

export function PostCard({ post, change, gone, alone = false, flat = false }: PostCardProps) {
  const { post: words } = usePostWords();
  const acts = usePostActs(post, change, gone);
  const { author } = post;
  return (
    <article className={classes(styles.card, flat && styles.flat)} aria-label={words.of(author.displayName)} data-testid="post" data-post={post.id} data-standing={post.standing}>
      {post.repostedBy && (
        <p className={styles.why}>
          <Icon name="repeat" size={16} />
          <Link href={`/u/${post.repostedBy.handle}`}>{words.repostedBy(post.repostedBy.displayName)}</Link>
        </p>
      )}
      {post.pinned && (
        <p className={styles.why}>
          <Icon name="pin" size={16} />
          {words.pinned}
        </p>
      )}
      <header className={styles.head}>
        <Link href={`/u/${author.handle}`} className={styles.face} aria-hidden="true" tabIndex={-1}>
          <Portrait look={author.look} size={44} />
        </Link>
        <div className={styles.who}>
          <Link href={`/u/${author.handle}`} className={styles.author}>
            <b>{author.displayName}</b> <span className={styles.handle}>@{author.handle}</span>
          </Link>
          <When post={post} alone={alone} />
        </div>
        <PostMenu post={post} acts={acts} change={change} />
      </header>
      <Standing post={post} />
      {post.standing !== 'removed' && (
        <Hidden content={post} mutedWord={post.mutedWord} alone={alone}>
          <Said content={post} />
          {post.quotes && <Quote quote={post.quote} />}
        </Hidden>
      )}
      {post.roomId !== null && <RoomMark id={post.roomId} />}
      {post.state === 'published' && post.standing !== 'removed' && <PostBar post={post} acts={acts} alone={alone} />}
    </article>
  );
}

function When({ post, alone }: { post: Post; alone: boolean }) {
  const { post: words } = usePostWords();
  const when = useWhen();
  const atMs = post.publishedMs ?? post.createdMs;
  const time = <time dateTime={new Date(atMs).toISOString()}>{when(atMs)}</time>;
  return (
    <span className={styles.when}>
      {alone ? time : <Link href={`/p/${post.id}`}>{time}</Link>}
      <span className={styles.audience} role="img" aria-label={words.audience[post.audience]} title={words.audience[post.audience]} data-audience={post.audience}>
        <Icon name={audienceIcons[post.audience]} size={15} />
      </span>
      {post.editedMs !== null && <span>· {words.edited}</span>}
    </span>
  );
}

function Standing({ post }: { post: Post }) {
  const { post: words } = usePostWords();
  const { standing } = post;
  if (standing === 'shown') {
    return null;
  }
  return (
    <p className={styles.standing} role="note" data-testid="standing">
      <b>{words[standing]}</b> {words[`${standing}Lead`]}
    </p>
  );
}

/** Behind a word of the viewer's, and behind a word of the author's. */
function Hidden({ content, mutedWord, alone, children }: { content: Content; mutedWord: string | null; alone: boolean; children: ReactNode }) {
  const { post: words } = usePostWords();
  const warned = content.warning === '' ? children : <Folded label={words.warned(content.warning)}>{children}</Folded>;
  // whoever opened the post itself has chosen to see it
  return mutedWord === null || alone ? warned : <Folded label={words.mutedWord(mutedWord)}>{warned}</Folded>;
}

export function Said({ content }: { content: Content }) {
  const written = new Set(tagsIn(content.text));
  const besides = content.tags.filter((tag) => !written.has(tag));
  return (
    <>
      {content.text !== '' && <RichText text={content.text} />}
      <Pictures pictures={content.pictures} sensitive={content.sensitive} />
      {besides.length > 0 && (
        <p className={styles.tags}>
          {besides.map((tag) => (
            <Link key={tag} href={tagAddress(tag)}>
              <Chip>#{tag}</Chip>
            </Link>
          ))}
        </p>
      )}
    </>
  );
}

export function Quote({ quote }: { quote: Quoted | null }) {
  const { post: words } = usePostWords();
  const when = useWhen();
  if (!quote) {
    return <p className={styles.noQuote}>{words.quoteGone}</p>;
  }
  const { author, publishedMs } = quote;
  return (
    <section className={styles.quote} aria-label={words.quoted(author.displayName)} data-testid="quote">
      <p className={styles.quoteHead}>
        <Portrait look={author.look} size={24} />
        <Link href={`/p/${quote.id}`}>
          <b>{author.displayName}</b> <span className={styles.handle}>@{author.handle}</span>
          {publishedMs !== null && <span className={styles.handle}> · {when(publishedMs)}</span>}
        </Link>
      </p>
      <Hidden content={quote} mutedWord={null} alone={false}>
        <Said content={quote} />
      </Hidden>
    </section>
  );
}

function RoomMark({ id }: { id: string }) {
  const { post: words } = usePostWords();
  const room = useHungIn(id);
  return (
    <p className={styles.room}>
      <Icon name="door" size={16} />
      {room.status === 'ready' ? <Link href={room.value.address}>{room.value.name}</Link> : words.inRoom}
    </p>
  );
}
