/** /p/:id: one post, and what is said about it. */
import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem } from '../../app/api';
import { fetchPost } from '../../app/api/posting';
import type { Post } from '../../app/api/posts';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { Comments } from '../../app/posts/comments/Comments';
import { PostCard } from '../../app/posts/PostCard';
import { usePostProblem } from '../../app/posts/usePostProblem';
import { usePostWords } from '../../app/posts/words';
import { useMe } from '../../app/state/me';
import { useResource } from '../../app/state/resource';
import { Button, ButtonLink } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { Waiting } from '../../app/ui/Waiting';

export function PostPage({ id }: { id: string }) {
  const me = useMe((state) => state.user);
  const [post, again] = useResource(`${id} ${me?.id ?? ''}`, (signal) => fetchPost(id, signal));
  if (post.status === 'failed') {
    return <Unavailable error={post.error} again={again} />;
  }
  return post.status === 'loading' || me === undefined ? <Waiting /> : <Shown key={post.value.etag} first={post.value.value} />;
}

function Shown({ first }: { first: Post }) {
  const { page: words } = usePostWords();
  const [, go] = useLocation();
  const [post, setPost] = useState(first);
  usePageTitle(words.title(post.author.displayName));
  const hasComments = post.state === 'published' && post.standing !== 'removed';
  useEffect(() => {
    if (location.hash === '#comments') {
      document.getElementById('comments')?.scrollIntoView({ block: 'start' });
    }
  }, []);
  return (
    <PageFrame>
      <h1 className="visually-hidden">{words.title(post.author.displayName)}</h1>
      <PostCard post={post} alone change={(alter) => setPost(alter)} gone={() => go(`/u/${post.author.handle}?show=posts`, { replace: true })} />
      {hasComments && <Comments post={post} counted={(by) => setPost((before) => ({ ...before, comments: Math.max(before.comments + by, 0) }))} />}
    </PageFrame>
  );
}

function Unavailable({ error, again }: { error: unknown; again(): void }) {
  const { page: words } = usePostWords();
  const messages = useMessages();
  const problem = usePostProblem();
  const isGone = error instanceof ApiProblem && (error.status === 404 || error.status === 400);
  usePageTitle(isGone ? words.gone : '');
  return isGone ? (
    <Notice title={words.gone} lead={words.goneLead} alone>
      <ButtonLink href="/feed" variant="primary">
        {words.toFeed}
      </ButtonLink>
      <ButtonLink href="/">{messages.common.home}</ButtonLink>
    </Notice>
  ) : (
    <Notice title={messages.crash.title} lead={problem(error)} alone>
      <Button variant="primary" onClick={again}>
        {messages.common.retry}
      </Button>
      <ButtonLink href="/">{messages.common.home}</ButtonLink>
    </Notice>
  );
}
