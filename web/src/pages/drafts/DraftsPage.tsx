/** /drafts: what one has begun, and what is published later by itself. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { deletePost, fetchPost, publishPost } from '../../app/api/posting';
import type { Post } from '../../app/api/posts';
import { usePageTitle } from '../../app/pageTitle';
import { ComposerDialog } from '../../app/posts/composer/lazy';
import { useFeed } from '../../app/posts/PostList';
import { audienceIcons } from '../../app/posts/PostCard';
import { usePostProblem } from '../../app/posts/usePostProblem';
import { usePostWords } from '../../app/posts/words';
import { useActing } from '../../app/social/useActing';
import { useToasts } from '../../app/state/toasts';
import { Ask } from '../../app/ui/Ask';
import { Button, cardClass, classes, IconButton } from '../../app/ui/controls';
import { smallClass } from '../../app/ui/form';
import { Icon } from '../../app/ui/Icon';
import { PageFrame } from '../../app/ui/PageFrame';
import { PagedList } from '../../app/ui/PagedList';
import { SignedInPage } from '../../app/ui/SignedInPage';
import { useWhen } from '../../app/when';
import styles from './DraftsPage.module.css';

export function DraftsPage() {
  const { drafts: words } = usePostWords();
  usePageTitle(words.title);
  return (
    <SignedInPage title={words.title} lead={words.signIn}>
      {() => <Drafts />}
    </SignedInPage>
  );
}

function Drafts() {
  const { drafts: words } = usePostWords();
  const problem = usePostProblem();
  const list = useFeed({ of: 'drafts' });
  const gone = (id: string): void => list.edit((posts) => posts.filter((post) => post.id !== id));
  return (
    <PageFrame>
      <div className={styles.title}>
        <h1>{words.title}</h1>
        <p className={smallClass}>{words.lead}</p>
      </div>
      <div className={classes(cardClass, styles.card)} data-testid="drafts">
        <PagedList list={list} label={words.title} empty={words.none} problem={problem}>
          {(post) => (
            <Draft
              key={post.id}
              post={post}
              gone={() => gone(post.id)}
              // a draft that went to another room is another one there
              changed={(now) => (now.state === 'published' ? gone(post.id) : list.edit((posts) => posts.map((each) => (each.id === post.id ? now : each))))}
            />
          )}
        </PagedList>
      </div>
    </PageFrame>
  );
}

interface DraftProps {
  post: Post;
  gone(): void;
  changed(now: Post): void;
}

function Draft({ post, gone, changed }: DraftProps) {
  const { drafts: words, post: said, composer } = usePostWords();
  const problem = usePostProblem();
  const when = useWhen();
  const show = useToasts((state) => state.show);
  const [, go] = useLocation();
  const [open, setOpen] = useState<'edit' | 'ask' | null>(null);
  const { busy, act } = useActing(true, problem);
  const count = post.attachments?.length ?? post.pictures.length;
  const publish = (): void =>
    act(
      async () => publishPost(post.id, (await fetchPost(post.id)).etag),
      ({ value }) => {
        gone();
        show(value.standing === 'held' ? 'info' : 'good', value.standing === 'held' ? composer.held : composer.published, { label: composer.see, run: () => go(`/p/${post.id}`) });
      },
    );
  const remove = (): void =>
    act(
      () => deletePost(post.id),
      () => {
        show('good', words.removed);
        gone();
      },
    );
  return (
    <li className={styles.draft} data-testid="draft" data-state={post.state}>
      <p className={styles.when}>
        <Icon name={audienceIcons[post.audience]} size={15} />
        <span className="visually-hidden">{said.audience[post.audience]}</span>
        {post.publishMs !== null && post.state === 'scheduled' ? <b>{words.scheduled(when(post.publishMs))}</b> : words.begun(when(post.createdMs))}
        {count > 0 && ` · ${words.pictures(count)}`}
      </p>
      <p className={classes(styles.text, post.text === '' && styles.nothing)}>{post.text === '' ? words.empty : post.text}</p>
      {open === 'ask' ? (
        <Ask question={words.removeAsk} yes={words.remove} busy={busy} confirm={remove} cancel={() => setOpen(null)} />
      ) : (
        <div className={styles.acts}>
          <Button icon="pencil" data-testid="write-on" onClick={() => setOpen('edit')}>
            {words.write}
          </Button>
          <Button busy={busy} data-testid="publish-draft" onClick={publish}>
            {words.publish}
          </Button>
          <IconButton icon="trash" variant="quiet" label={words.remove} data-testid="remove-draft" onClick={() => setOpen('ask')} />
        </div>
      )}
      {open === 'edit' && <ComposerDialog post={post} done={changed} gone={gone} close={() => setOpen(null)} />}
    </li>
  );
}
