/** /r/:handle: somebody's front room; /r/:handle/:room: another of theirs. Finds it, then shows it. */
import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem, fetchRoom, fetchUser, type Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { problemText } from '../../app/problemText';
import { roomAddress } from '../../app/roomAddress';
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
  /** Where it is: the address may have a handle of the past, or be the longer one of a front room. */
  readonly address: string;
  readonly isFront: boolean;
}

async function findRoom(handle: string, roomId: string | null, signal: AbortSignal): Promise<Found> {
  if (roomId === null) {
    const owner = await fetchUser(handle, signal);
    return { room: await fetchRoom(owner.frontRoomId, signal), address: `/r/${owner.handle}`, isFront: true };
  }
  const [owner, room] = await Promise.all([fetchUser(handle, signal), fetchRoom(roomId, signal)]);
  const isFront = owner.frontRoomId === room.id;
  return { room, address: roomAddress({ ...room, isFront }), isFront };
}

export function RoomPage({ handle, roomId = null }: { handle: string; roomId?: string | null }) {
  const me = useMe((state) => state.user);
  // what one may see and do depends on who is asking
  const [room, again] = useResource(`${handle} ${roomId ?? ''} ${me?.id ?? ''}`, (signal) => findRoom(handle, roomId, signal));
  const [, go] = useLocation();
  const here = roomId === null ? `/r/${handle}` : `/r/${handle}/${roomId}`;
  const now = room.status === 'ready' ? room.value.address : here;
  useEffect(() => {
    if (now !== here) {
      // how one came here goes along
      go(`${now}${location.search}`, { replace: true, state: history.state as unknown });
    }
  }, [now, here, go]);
  if (room.status === 'failed') {
    return <Unavailable handle={handle} error={room.error} again={again} />;
  }
  return room.status === 'loading' || me === undefined || now !== here ? <Waiting /> : <RoomScreen key={me?.id ?? ''} room={room.value.room} isFront={room.value.isFront} me={me} />;
}

function Unavailable({ handle, error, again }: { handle: string; error: unknown; again(): void }) {
  const messages = useMessages();
  const code = error instanceof ApiProblem ? error.code : 'other';
  const noRoom = code === 'room_not_found';
  const nobody = code === 'user_not_found' || (error instanceof ApiProblem && error.status === 404);
  usePageTitle(nobody ? messages.missing.title : '');
  if (nobody) {
    return (
      <Notice title={messages.missing.title} lead={noRoom ? messages.problems.room_not_found : messages.missing.nobody(handle)} alone>
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
