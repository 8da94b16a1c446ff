/** What one can do with a post, in a row: comment, pass on, react, keep. */
import { useState } from 'react';
import { Link } from 'wouter';
import type { Post } from '../api/posts';
import { useLocale } from '../i18n';
import { classes } from '../ui/controls';
import { Dialog } from '../ui/Dialog';
import { Choice } from '../ui/form';
import { Icon } from '../ui/Icon';
import social from '../social/social.module.css';
import { ComposerDialog } from './composer/lazy';
import { PeopleDialog } from './lazy';
import { ReactionButton } from './ReactionButton';
import styles from './posts.module.css';
import type { PostActs } from './usePostActs';
import { usePostWords } from './words';

interface PostBarProps {
  post: Post;
  acts: PostActs;
  alone: boolean;
}

export function PostBar({ post, acts, alone }: PostBarProps) {
  const { acts: words } = usePostWords();
  const locale = useLocale();
  const [open, setOpen] = useState<'repost' | 'quote' | 'reposts' | null>(null);
  const close = (): void => setOpen(null);
  const comments = words.comments(post.comments);
  const reposts = words.reposts(post.reposts);
  const count = (number: number, testId: string) =>
    number > 0 && (
      <span className={styles.number} data-testid={testId}>
        {number.toLocaleString(locale)}
      </span>
    );
  return (
    <div className={styles.bar}>
      <Link href={alone ? '#comments' : `/p/${post.id}#comments`} className={styles.act} aria-label={comments} title={comments} data-testid="comments-link">
        <Icon name="chat" size={20} />
        {count(post.comments, 'comment-count')}
      </Link>
      <button type="button" className={classes(styles.act, post.reposted && styles.done)} aria-label={reposts} title={reposts} aria-haspopup="dialog" data-testid="repost" data-reposted={post.reposted} onClick={() => acts.asSomebody(() => setOpen('repost'))}>
        <Icon name="repeat" size={20} />
        {count(post.reposts, 'repost-count')}
      </button>
      <ReactionButton reactions={post.reactions} reaction={post.reaction} react={acts.react} />
      <button
        type="button"
        className={classes(styles.act, styles.last, post.bookmarked && styles.done)}
        aria-label={post.bookmarked ? words.unbookmark : words.bookmark}
        title={post.bookmarked ? words.unbookmark : words.bookmark}
        aria-pressed={post.bookmarked}
        data-testid="bookmark"
        onClick={() => acts.bookmark(!post.bookmarked)}
      >
        <Icon name="bookmark" size={20} />
      </button>
      {open === 'repost' && (
        <Dialog title={words.repost} close={close}>
          <div className={social.choices}>
            {post.reposted ? (
              <Choice icon="close" label={words.unrepost} act={() => (close(), acts.repost(false))} />
            ) : (
              <Choice icon="repeat" label={words.repost} lead={post.audience === 'public' ? words.repostLead : words.onlyPublic} busy={post.audience !== 'public'} act={() => (close(), acts.repost(true))} />
            )}
            <Choice icon="quote" label={words.quote} lead={words.quoteLead} act={() => setOpen('quote')} />
            {post.reposts > 0 && <Choice icon="people" label={words.seeReposts} act={() => setOpen('reposts')} />}
          </div>
        </Dialog>
      )}
      {open === 'quote' && <ComposerDialog quote={post} close={close} />}
      {open === 'reposts' && <PeopleDialog post={post} of="reposts" close={close} />}
    </div>
  );
}
