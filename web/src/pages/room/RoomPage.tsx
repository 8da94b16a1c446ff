/** /r/:handle: finds whose room it is, then shows it. */
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem, fetchRoom, fetchUser, type Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { problemText } from '../../app/problemText';
import { useMe } from '../../app/state/me';
import { useResource } from '../../app/state/resource';
import { Button, ButtonLink } from '../../app/ui/controls';
import { Notice } from '../../app/ui/Notice';
import { Waiting } from '../../app/ui/Waiting';
import { Blocked } from './Blocked';
import { RoomScreen } from './RoomScreen';
import styles from './RoomPage.module.css';

interface Found {
  readonly room: Room;
  /** The owner's handle of today: the address may have one of the past. */
  readonly handle: string;
}

async function findRoom(handle: string, signal: AbortSignal): Promise<Found> {
  const owner = await fetchUser(handle, signal);
  return { room: await fetchRoom(owner.frontRoomId, signal), handle: owner.handle };
}

export function RoomPage({ handle }: { handle: string }) {
  const me = useMe((state) => state.user);
  // what one may see and do depends on who is asking
  const [room, again] = useResource(`${handle} ${me?.id ?? ''}`, (signal) => findRoom(handle, signal));
  const [, go] = useLocation();
  const now = room.status === 'ready' ? room.value.handle : handle;
  useEffect(() => {
    if (now !== handle) {
      go(`/r/${now}`, { replace: true });
    }
  }, [now, handle, go]);
  if (room.status === 'failed') {
    return <Unavailable handle={handle} error={room.error} again={again} />;
  }
  return room.status === 'loading' || me === undefined || now !== handle ? <Waiting /> : <RoomScreen key={me?.id ?? ''} room={room.value.room} me={me} />;
}

function Unavailable({ handle, error, again }: { handle: string; error: unknown; again(): void }) {
  const messages = useMessages();
  const code = error instanceof ApiProblem ? error.code : 'other';
  const nobody = code === 'user_not_found' || (error instanceof ApiProblem && error.status === 404);
  usePageTitle(nobody ? messages.missing.title : '');
  if (nobody) {
    return (
      <Notice title={messages.missing.title} lead={messages.missing.nobody(handle)} alone>
        <ButtonLink href="/" variant="primary" icon="home">
          {messages.missing.goHome}
        </ButtonLink>
      </Notice>
    );
  }
  if (code === 'forbidden' || code === 'sign_in_required') {
    return (
      <main className={styles.alone}>
        <h1 className="visually-hidden">{messages.blocked.forbiddenTitle}</h1>
        <Blocked block={code === 'forbidden' ? 'forbidden' : 'sign_in'} again={again} />
      </main>
    );
  }
  return (
    <Notice title={messages.crash.title} lead={problemText(messages, error)} alone>
      <Button variant="primary" onClick={again}>
        {messages.common.retry}
      </Button>
      <ButtonLink href="/">{messages.common.home}</ButtonLink>
    </Notice>
  );
}
