/** What others say of somebody, and with whom they go about. */
import { lazy, Suspense, useId } from 'react';
import { useSearchParams } from 'wouter';
import { fetchFollowers, fetchFollowing, fetchTies, type Profile } from '../../app/api/people';
import { usePostWords } from '../../app/posts/words';
import { fetchRoomsOf } from '../../app/api/rooms';
import { Guestbook } from '../../app/guestbook/Guestbook';
import { useGuestbookWords } from '../../app/guestbook/words';
import { RoomRow } from '../../app/rooms/RoomRow';
import { PersonRow } from '../../app/social/PersonRow';
import { useProblemText } from '../../app/social/useProblemText';
import type { Relating } from '../../app/social/useRelation';
import { useSocialWords } from '../../app/social/words';
import { useMe } from '../../app/state/me';
import { usePages } from '../../app/state/pages';
import { cardClass, classes } from '../../app/ui/controls';
import { PagedList } from '../../app/ui/PagedList';
import { TabList, type Tab } from '../../app/ui/TabList';
import { Visitors } from '../../app/visits/Visitors';
import { useVisitWords } from '../../app/visits/words';
import { useRoomsWords } from '../rooms/words';
import { Lines } from './Lines';
import { OwnRequests } from './OwnRequests';
import styles from './profile.module.css';

const PersonPosts = lazy(async () => ({ default: (await import('./PersonPosts')).PersonPosts }));

type Section = 'lines' | 'posts' | 'guestbook' | 'rooms' | 'followers' | 'following' | 'ties' | 'requests' | 'visitors';

interface ProfileSectionsProps {
  profile: Profile;
  own: boolean;
  me: string | null;
  relating: Relating;
}

export function ProfileSections({ profile, own, me, relating }: ProfileSectionsProps) {
  const { profile: words } = useSocialWords();
  const { ofPerson: posts } = usePostWords();
  const guestbook = useGuestbookWords();
  const { of: rooms } = useRoomsWords();
  const visits = useVisitWords();
  const id = useId();
  const viewer = useMe((state) => state.user ?? null);
  const [search, setSearch] = useSearchParams();
  const tabs: readonly Tab<Section>[] = [
    { id: 'lines', label: words.lines, icon: 'chat' },
    { id: 'posts', label: posts.tab, icon: 'pencil' },
    { id: 'guestbook', label: guestbook.title, icon: 'book' },
    { id: 'rooms', label: rooms.tab, icon: 'door' },
    { id: 'followers', label: words.followers, icon: 'people' },
    { id: 'following', label: words.following, icon: 'follow' },
    ...(own
      ? ([
          { id: 'ties', label: words.ties, icon: 'heart' },
          { id: 'requests', label: words.requests, icon: 'bell' },
          { id: 'visitors', label: visits.visitors, icon: 'eye' },
        ] as const)
      : []),
  ];
  const chosen = tabs.find((tab) => tab.id === search.get('show'))?.id ?? 'lines';
  return (
    <section className={classes(cardClass, styles.sections)} aria-label={words.sections}>
      <div className={styles.tabs}>
        <TabList<Section> id={id} label={words.sections} tabs={tabs} chosen={chosen} choose={(show) => setSearch({ show }, { replace: true })} />
      </div>
      <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body} data-testid={`section-${chosen}`}>
        {chosen === 'lines' && <Lines profile={profile} own={own} me={me} relation={relating.relation} />}
        {chosen === 'posts' && (
          <Suspense>
            <PersonPosts handle={profile.handle} version={relating.version} />
          </Suspense>
        )}
        {(chosen === 'followers' || chosen === 'following') && <Follows key={chosen} handle={profile.handle} which={chosen} version={relating.version} />}
        {chosen === 'guestbook' && <Guestbook roomId={profile.frontRoomId} own={own} me={viewer} />}
        {chosen === 'rooms' && <Rooms handle={profile.handle} viewer={me} />}
        {chosen === 'visitors' && <Visitors roomId={profile.frontRoomId} />}
        {chosen === 'ties' && <Ties />}
        {chosen === 'requests' && <OwnRequests />}
      </div>
    </section>
  );
}

function Follows({ handle, which, version }: { handle: string; which: 'followers' | 'following'; version: number }) {
  const { profile: words } = useSocialWords();
  const problem = useProblemText();
  const fetch = which === 'followers' ? fetchFollowers : fetchFollowing;
  const list = usePages(`${handle} ${which}`, (cursor, signal) => fetch(handle, { cursor, signal }), ({ id }) => id, version);
  return (
    <PagedList list={list} label={words[which]} empty={which === 'followers' ? words.noFollowers : words.noFollowing} problem={problem}>
      {(person) => <PersonRow key={person.id} person={person} />}
    </PagedList>
  );
}

function Rooms({ handle, viewer }: { handle: string; viewer: string | null }) {
  const { of: words, front } = useRoomsWords();
  const problem = useProblemText();
  const list = usePages(`${handle} ${viewer ?? ''}`, (cursor, signal) => fetchRoomsOf(handle, { cursor, signal }), ({ id }) => id);
  return (
    <PagedList list={list} label={words.tab} empty={words.none} problem={problem}>
      {(room) => <RoomRow key={room.id} room={room} note={room.isFront ? front : ''} />}
    </PagedList>
  );
}

function Ties() {
  const { profile: words, tie } = useSocialWords();
  const problem = useProblemText();
  const list = usePages('ties', (cursor, signal) => fetchTies({ cursor, signal }), ({ id }) => id);
  return (
    <PagedList list={list} label={words.ties} empty={words.noTies} problem={problem}>
      {(person) => <PersonRow key={person.id} person={person} note={tie.names(person.nicknameMine, person.nicknameTheirs)} />}
    </PagedList>
  );
}
