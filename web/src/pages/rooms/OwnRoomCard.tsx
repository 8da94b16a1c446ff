/** One of one's own rooms: its picture, how it is, and what one can do with it. */
import { Link } from 'wouter';
import type { User } from '../../app/api';
import { changeRoom, deleteRoom, restoreRoom, setFrontRoom, type OwnRoom } from '../../app/api/rooms';
import { useMessages } from '../../app/i18n';
import { RoomPicture } from '../../app/pictures/RoomPicture';
import { roomAddress } from '../../app/roomAddress';
import { useActing } from '../../app/social/useActing';
import { useProblemText } from '../../app/social/useProblemText';
import { useMe } from '../../app/state/me';
import { useToasts } from '../../app/state/toasts';
import { Button, Chip, classes, dotClass } from '../../app/ui/controls';
import { Icon, type IconName } from '../../app/ui/Icon';
import { Menu, menuItemClass } from '../../app/ui/Menu';
import { useWhen } from '../../app/when';
import styles from './rooms.module.css';
import { useRoomsWords } from './words';

/** What has a dialog of its own. */
export type RoomMatter = 'make' | 'settings' | 'editors' | 'layouts';

interface OwnRoomCardProps {
  room: OwnRoom;
  me: User;
  /** It is in this list no more. */
  gone(): void;
  /** The lists are to be read again. */
  changed(): void;
  open(matter: RoomMatter): void;
}

export function OwnRoomCard({ room, me, gone, changed, open }: OwnRoomCardProps) {
  const words = useRoomsWords();
  const { home } = useMessages();
  const when = useWhen();
  const { busy, act } = useShelving(room, gone, changed);
  const face = (
    <>
      <span className={styles.picture}>
        <RoomPicture theme={room.theme} items={room.items} />
        <span className={styles.over}>
          {room.isFront && (
            <Chip tone="good">
              <Icon name="home" size={14} />
              {words.front}
            </Chip>
          )}
          {room.peopleNow > 0 && (
            <Chip tone="good">
              <span className={dotClass} />
              {home.peopleNow(room.peopleNow)}
            </Chip>
          )}
        </span>
      </span>
      <b className={styles.name}>{room.name}</b>
    </>
  );
  return (
    <li className={classes(styles.room, room.theme.light === 'night' && styles.night)} data-room={room.name} data-front={room.isFront}>
      {room.life === 'active' ? (
        <Link href={roomAddress({ ...room, owner: me })} className={styles.face} title={words.visit(room.name)}>
          {face}
        </Link>
      ) : (
        <span className={styles.face}>{face}</span>
      )}
      <div className={styles.foot}>
        <span className={styles.small}>
          {room.restorableMs === null ? (
            <>
              {words.visibility[room.visibility]} · {words.changed(when(room.changedMs))}
            </>
          ) : (
            words.restorable(when(room.restorableMs))
          )}
        </span>
        {room.life === 'deleted' ? (
          <Button icon="undo" busy={busy} data-testid="restore-room" onClick={act.restore}>
            {words.acts.restore}
          </Button>
        ) : (
          <Menu label={words.more(room.name)} face={<Icon name="more" />}>
            {room.life === 'active' && (
              <>
                <Item icon="settings" label={words.acts.settings} act={() => open('settings')} />
                {!room.isFront && <Item icon="home" label={words.acts.front} title={words.frontLead} act={act.front} />}
                <Item icon="brush" label={words.acts.editors} act={() => open('editors')} />
                <Item icon="layers" label={words.acts.layouts} act={() => open('layouts')} />
              </>
            )}
            <Item icon="duplicate" label={words.acts.copy} act={() => open('make')} />
            {room.life === 'archived' ? <Item icon="undo" label={words.acts.unarchive} act={act.unarchive} /> : !room.isFront && <Item icon="archive" label={words.acts.archive} act={act.archive} />}
            {!room.isFront && <Item icon="trash" label={words.acts.delete} act={act.delete} />}
          </Menu>
        )}
      </div>
    </li>
  );
}

function Item({ icon, label, title, act }: { icon: IconName; label: string; title?: string; act(): void }) {
  return (
    <button type="button" className={menuItemClass} title={title} onClick={act}>
      <Icon name={icon} />
      {label}
    </button>
  );
}

interface Shelving {
  readonly busy: boolean;
  readonly act: Readonly<Record<'front' | 'archive' | 'unarchive' | 'delete' | 'restore', () => void>>;
}

/** Putting a room elsewhere: each can be taken back from the edge of the page. */
function useShelving({ id, name }: OwnRoom, gone: () => void, changed: () => void): Shelving {
  const { acts, done } = useRoomsWords();
  const problem = useProblemText();
  const show = useToasts((state) => state.show);
  const loadMe = useMe((state) => state.load);
  const { busy, act } = useActing(true);
  // by then the card may be gone from the page
  const undo = (back: () => Promise<void>) => ({ label: acts.undo, run: () => void back().then(changed, (error: unknown) => show('bad', problem(error))) });
  const leave = (what: () => Promise<void>, said: string, back: (() => Promise<void>) | null) => (): void =>
    act(what, () => {
      show('good', said, back ? undo(back) : undefined);
      gone();
    });
  return {
    busy,
    act: {
      front: () =>
        act(() => setFrontRoom(id), () => {
          show('good', done.front(name));
          changed();
          // one's own address leads elsewhere now
          void loadMe();
        }),
      archive: leave(() => changeRoom(id, { archived: true }), done.archived(name), () => changeRoom(id, { archived: false })),
      unarchive: leave(() => changeRoom(id, { archived: false }), done.unarchived(name), () => changeRoom(id, { archived: true })),
      delete: leave(() => deleteRoom(id), done.deleted(name), () => restoreRoom(id)),
      restore: leave(() => restoreRoom(id), done.restored(name), null),
    },
  };
}
