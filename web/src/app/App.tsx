/** Which page an address shows, and what is around every page. */
import { lazy, Suspense, useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { HomePage } from '../pages/home/HomePage';
import { LoginPage } from '../pages/login/LoginPage';
import { MissingPage } from '../pages/missing/MissingPage';
import { ErrorBoundary } from './ErrorBoundary';
import { useMessages } from './i18n';
import { useMe } from './state/me';
import { useToasts } from './state/toasts';
import { problemText } from './problemText';
import { NewVersion } from './NewVersion';
import { Toasts } from './ui/Toasts';
import { Waiting } from './ui/Waiting';

const RoomPage = lazy(async () => ({ default: (await import('../pages/room/RoomPage')).RoomPage }));

export function App() {
  useMeOnce();
  const [path] = useLocation();
  return (
    <>
      {/* a page that fell over must not take the next one with it */}
      <ErrorBoundary key={path}>
        <Suspense fallback={<Waiting />}>
          <Switch>
            <Route path="/" component={HomePage} />
            <Route path="/login" component={LoginPage} />
            <Route path="/r/:handle">{({ handle }) => <RoomPage key={handle} handle={handle} />}</Route>
            <Route component={MissingPage} />
          </Switch>
        </Suspense>
      </ErrorBoundary>
      <Toasts />
      <NewVersion />
    </>
  );
}

function useMeOnce(): void {
  const { load, problem } = useMe();
  const show = useToasts((state) => state.show);
  const messages = useMessages();
  useEffect(() => void load(), [load]);
  useEffect(() => {
    if (problem !== null) {
      show('bad', problemText(messages, problem));
    }
  }, [problem, show, messages]);
}
