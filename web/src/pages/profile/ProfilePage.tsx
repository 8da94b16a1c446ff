/** /u/:handle: who somebody is, what they are to me, and what others say of them. */
import { useEffect } from 'react';
import { useLocation, useSearch } from 'wouter';
import { ApiProblem } from '../../app/api';
import { fetchProfile, take, type ShownProfile } from '../../app/api/people';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { useProblemText } from '../../app/social/useProblemText';
import { useRelation } from '../../app/social/useRelation';
import { useSocialWords } from '../../app/social/words';
import { useMe } from '../../app/state/me';
import { useResource } from '../../app/state/resource';
import { useToasts } from '../../app/state/toasts';
import { Button, ButtonLink } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { Waiting } from '../../app/ui/Waiting';
import { ProfileCard } from './ProfileCard';
import { ProfileRoom } from './ProfileRoom';
import { ProfileSections } from './ProfileSections';
import { Requests } from './Requests';
import styles from './profile.module.css';

export function ProfilePage({ handle }: { handle: string }) {
  const me = useMe((state) => state.user);
  const [, go] = useLocation();
  const search = useSearch();
  const [profile, again] = useResource(`${handle} ${me?.id ?? ''}`, (signal) => fetchProfile(handle, signal));
  const now = profile.status === 'ready' ? profile.value.handle : handle;
  useEffect(() => {
    if (now !== handle) {
      go(`/u/${now}${search === '' ? '' : `?${search}`}`, { replace: true });
    }
  }, [now, handle, go, search]);
  if (profile.status === 'failed') {
    return <Unavailable handle={handle} error={profile.error} asker={me?.id ?? null} again={again} />;
  }
  return profile.status === 'loading' || me === undefined || now !== handle ? <Waiting /> : <Shown profile={profile.value} me={me?.id ?? null} again={again} />;
}

function Shown({ profile, me, again }: { profile: ShownProfile; me: string | null; again(): void }) {
  const own = profile.id === me;
  const relating = useRelation(profile.handle, own ? null : me);
  const { profile: words } = useSocialWords();
  usePageTitle(words.of(profile.displayName));
  if (relating.relation?.blocking) {
    return <Blocking handle={profile.handle} again={again} />;
  }
  return (
    <PageFrame wide>
      <div className={styles.columns}>
        <ProfileCard profile={profile} own={own} signedIn={me !== null} relating={relating} />
        <div className={styles.rest}>
          {relating.relation && <Requests profile={profile} relation={relating.relation} relating={relating} />}
          <ProfileRoom roomId={profile.frontRoomId} handle={profile.handle} own={own} />
          <ProfileSections profile={profile} own={own} me={me} relating={relating} />
        </div>
      </div>
    </PageFrame>
  );
}

function Unavailable({ handle, error, asker, again }: { handle: string; error: unknown; asker: string | null; again(): void }) {
  const messages = useMessages();
  const problem = useProblemText();
  const nobody = error instanceof ApiProblem && error.status === 404;
  usePageTitle(nobody ? messages.missing.title : '');
  if (nobody) {
    return asker === null ? <Nobody handle={handle} /> : <PerhapsBlocking handle={handle} asker={asker} again={again} />;
  }
  return (
    <Notice title={messages.crash.title} lead={problem(error)} alone>
      <Button variant="primary" onClick={again}>
        {messages.common.retry}
      </Button>
      <ButtonLink href="/">{messages.common.home}</ButtonLink>
    </Notice>
  );
}

function Nobody({ handle }: { handle: string }) {
  const { missing, common } = useMessages();
  return (
    <Notice title={missing.title} lead={missing.nobody(handle)} alone>
      <ButtonLink href="/" variant="primary" icon="home">
        {missing.goHome}
      </ButtonLink>
      <ButtonLink href="/people" icon="search">
        {common.findPeople}
      </ButtonLink>
    </Notice>
  );
}

/** Whom one blocks is not there either, but one can take it back. */
function PerhapsBlocking({ handle, asker, again }: { handle: string; asker: string; again(): void }) {
  const { relation, error } = useRelation(handle, asker);
  if (relation === null && error === null) {
    return <Waiting />;
  }
  return relation?.blocking ? <Blocking handle={handle} again={again} /> : <Nobody handle={handle} />;
}

function Blocking({ handle, again }: { handle: string; again(): void }) {
  const { block } = useSocialWords();
  const { common } = useMessages();
  const show = useToasts((state) => state.show);
  const me = useMe((state) => state.user);
  const { busy, change } = useRelation(handle, me?.id ?? null);
  const unblock = (): void =>
    change(
      () => take(handle, 'block'),
      () => {
        show('good', block.unblocked(`@${handle}`));
        again();
      },
    );
  return (
    <Notice title={block.title} lead={block.hidden(handle)} alone>
      <Button variant="primary" busy={busy} data-testid="unblock" onClick={unblock}>
        {block.unblock}
      </Button>
      <ButtonLink href="/">{common.home}</ButtonLink>
    </Notice>
  );
}
