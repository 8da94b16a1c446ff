/** Which page an address shows, and what is around every page. */
import { lazy, Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { HomePage } from '../pages/home/HomePage';
import { ErrorBoundary } from './ErrorBoundary';
import { useMessages } from './i18n';
import { useMe } from './state/me';
import { useMotion } from './state/motion';
import { useFreshNotices } from './state/notices';
import { hasMoved } from './state/place';
import { useToasts } from './state/toasts';
import { problemText } from './problemText';
import { NewVersion } from './NewVersion';
import { Toasts } from './ui/Toasts';
import { Waiting } from './ui/Waiting';

const BookmarksPage = lazy(async () => ({ default: (await import('../pages/bookmarks/BookmarksPage')).BookmarksPage }));
const DraftsPage = lazy(async () => ({ default: (await import('../pages/drafts/DraftsPage')).DraftsPage }));
const FeedPage = lazy(async () => ({ default: (await import('../pages/feed/FeedPage')).FeedPage }));
const PostPage = lazy(async () => ({ default: (await import('../pages/post/PostPage')).PostPage }));
const TagPage = lazy(async () => ({ default: (await import('../pages/tags/TagPage')).TagPage }));
const ClosingPage = lazy(async () => ({ default: (await import('../pages/closing/ClosingPage')).ClosingPage }));
const CasePage = lazy(async () => ({ default: (await import('../pages/moderation/CasePage')).CasePage }));
const GuestbookEntryPage = lazy(async () => ({ default: (await import('../pages/guestbook/GuestbookEntryPage')).GuestbookEntryPage }));
const ModerationLogPage = lazy(async () => ({ default: (await import('../pages/moderation/ModerationLogPage')).ModerationLogPage }));
const ModerationPage = lazy(async () => ({ default: (await import('../pages/moderation/ModerationPage')).ModerationPage }));
const LoginPage = lazy(async () => ({ default: (await import('../pages/login/LoginPage')).LoginPage }));
const MissingPage = lazy(async () => ({ default: (await import('../pages/missing/MissingPage')).MissingPage }));
const NotificationsPage = lazy(async () => ({ default: (await import('../pages/notifications/NotificationsPage')).NotificationsPage }));
const PeoplePage = lazy(async () => ({ default: (await import('../pages/people/PeoplePage')).PeoplePage }));
const ProfilePage = lazy(async () => ({ default: (await import('../pages/profile/ProfilePage')).ProfilePage }));
const RoomPage = lazy(async () => ({ default: (await import('../pages/room/RoomPage')).RoomPage }));
const RoomsPage = lazy(async () => ({ default: (await import('../pages/rooms/RoomsPage')).RoomsPage }));
const SuspendedPage = lazy(async () => ({ default: (await import('../pages/suspended/SuspendedPage')).SuspendedPage }));
const SettingsPage = lazy(async () => ({ default: (await import('../pages/settings/SettingsPage')).SettingsPage }));

export function App() {
  useMeOnce();
  useFreshNotices();
  useOwnMotion();
  const closing = useMe((state) => state.closing);
  const suspended = useMe((state) => state.suspended);
  const [path] = useLocation();
  useEffect(() => void hasMoved(path), [path]);
  return (
    <>
      {/* a page that fell over must not take the next one with it */}
      <ErrorBoundary key={suspended ? 'suspended' : place(path)}>
        <Suspense fallback={<Waiting />}>{suspended ? <SuspendedPage /> : closing ? <ClosingPage /> : <Pages />}</Suspense>
      </ErrorBoundary>
      <Toasts />
      <NewVersion />
    </>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/login" component={LoginPage} />
      <Route path="/feed" component={FeedPage} />
      <Route path="/p/:id">{({ id }) => <PostPage key={id} id={id} />}</Route>
      <Route path="/tags/:tag">{({ tag }) => <TagPage key={tag} tag={tag} />}</Route>
      <Route path="/bookmarks" component={BookmarksPage} />
      <Route path="/drafts" component={DraftsPage} />
      <Route path="/r/:handle">{({ handle }) => <RoomPage key={handle} handle={handle} />}</Route>
      <Route path="/r/:handle/:room">{({ handle, room }) => <RoomPage key={room} handle={handle} roomId={room} />}</Route>
      <Route path="/u/:handle">{({ handle }) => <ProfilePage key={handle} handle={handle} />}</Route>
      <Route path="/people" component={PeoplePage} />
      <Route path="/rooms" component={RoomsPage} />
      <Route path="/guestbook/:id">{({ id }) => <GuestbookEntryPage key={id} id={id} />}</Route>
      <Route path="/moderation" component={ModerationPage} />
      <Route path="/moderation/log" component={ModerationLogPage} />
      <Route path="/moderation/cases/:id">{({ id }) => <CasePage key={id} id={id} />}</Route>
      <Route path="/notifications" component={NotificationsPage} />
      <Route path="/settings/:tab?">{({ tab }) => <SettingsPage tab={tab ?? 'profile'} />}</Route>
      <Route component={MissingPage} />
    </Switch>
  );
}

/** Going from one tab of the settings to the next is not going elsewhere. */
function place(path: string): string {
  return path.startsWith('/settings') ? '/settings' : path;
}

/** The person's own wish for motion, wherever they have said it. */
function useOwnMotion(): void {
  const signedIn = useMe(({ user }) => user?.id ?? null);
  const choose = useMotion((state) => state.choose);
  useEffect(() => {
    if (signedIn === null) {
      return;
    }
    const follow = async (): Promise<void> => {
      const { fetchSettings } = await import('./api/account');
      choose((await fetchSettings()).value.motion);
    };
    // without an answer what this browser remembers serves
    follow().catch(() => undefined);
  }, [signedIn, choose]);
}

function useMeOnce(): void {
  const { load, problem } = useMe();
  const show = useToasts((state) => state.show);
  const messages = useMessages();
  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (problem !== null) {
      show('bad', problemText(messages, problem), { label: messages.common.retry, run: () => void load() });
    }
  }, [problem, show, messages, load]);
  useEffect(() => {
    if (problem === null) {
      return undefined;
    }
    const again = (): void => void load();
    window.addEventListener('online', again);
    return () => window.removeEventListener('online', again);
  }, [problem, load]);
}
