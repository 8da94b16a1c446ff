/** /rooms: one's own rooms, those put away and those deleted; making another. */
import { useId, useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { User } from '../../app/api';
import { fetchOwnRooms, roomLives, type OwnRoom, type RoomLife } from '../../app/api/rooms';
import { useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { roomAddress } from '../../app/roomAddress';
import { useProblemText } from '../../app/social/useProblemText';
import { useMe } from '../../app/state/me';
import { usePages } from '../../app/state/pages';
import { Button, ButtonLink, cardClass, classes } from '../../app/ui/controls';
import type { IconName } from '../../app/ui/Icon';
import { Notice } from '../../app/ui/Notice';
import { PageFrame } from '../../app/ui/PageFrame';
import { PagedList } from '../../app/ui/PagedList';
import { TabList } from '../../app/ui/TabList';
import { Waiting } from '../../app/ui/Waiting';
import { EditorsDialog } from './EditorsDialog';
import { LayoutsDialog } from './LayoutsDialog';
import { MakeDialog } from './MakeDialog';
import { OwnRoomCard, type RoomMatter } from './OwnRoomCard';
import styles from './rooms.module.css';
import { RoomSettingsDialog } from './RoomSettingsDialog';
import { useRoomsWords } from './words';

const icons: Record<RoomLife, IconName> = { active: 'door', archived: 'archive', deleted: 'trash' };

export function RoomsPage() {
  const words = useRoomsWords();
  const { common } = useMessages();
  const me = useMe((state) => state.user);
  usePageTitle(words.title);
  if (me === undefined) {
    return <Waiting />;
  }
  if (me === null) {
    return (
      <Notice title={words.title} lead={words.signIn} alone>
        <ButtonLink href="/login?return_to=%2Frooms" variant="primary">
          {common.signIn}
        </ButtonLink>
        <ButtonLink href="/">{common.home}</ButtonLink>
      </Notice>
    );
  }
  return <Rooms key={me.id} me={me} />;
}

type Open = { readonly matter: 'make'; readonly room: OwnRoom | null } | { readonly matter: Exclude<RoomMatter, 'make'>; readonly room: OwnRoom };

function Rooms({ me }: { me: User }) {
  const words = useRoomsWords();
  const id = useId();
  const [, go] = useLocation();
  const [search, setSearch] = useSearchParams();
  const [open, setOpen] = useState<Open | null>(null);
  const [version, setVersion] = useState(0);
  const chosen = roomLives.find((life) => life === search.get('show')) ?? 'active';
  const changed = (): void => setVersion((before) => before + 1);
  const close = (): void => setOpen(null);
  return (
    <PageFrame wide>
      <div className={styles.head}>
        <h1>{words.title}</h1>
        <Button variant="primary" icon="plus" aria-haspopup="dialog" data-testid="make-room" onClick={() => setOpen({ matter: 'make', room: null })}>
          {words.make.open}
        </Button>
      </div>
      <div className={classes(cardClass, styles.card)}>
        <div className={styles.tabs}>
          <TabList<RoomLife>
            id={id}
            label={words.lists}
            tabs={roomLives.map((life) => ({ id: life, label: words.tabs[life], icon: icons[life] }))}
            chosen={chosen}
            choose={(show) => setSearch(show === 'active' ? {} : { show }, { replace: true })}
          />
        </div>
        <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`} className={styles.body} data-testid={`rooms-${chosen}`}>
          <Shelf key={chosen} life={chosen} me={me} version={version} changed={changed} open={(matter, room) => setOpen({ matter, room })} />
        </div>
      </div>
      {open?.matter === 'make' && <MakeDialog copyOf={open.room} made={(room) => go(roomAddress({ id: room.id, owner: me }))} close={close} />}
      {open?.matter === 'settings' && <RoomSettingsDialog room={open.room} done={changed} close={close} />}
      {open?.matter === 'editors' && <EditorsDialog roomId={open.room.id} me={me} close={close} />}
      {open?.matter === 'layouts' && <LayoutsDialog room={open.room} done={changed} close={close} />}
    </PageFrame>
  );
}

interface ShelfProps {
  life: RoomLife;
  me: User;
  version: number;
  changed(): void;
  open(matter: RoomMatter, room: OwnRoom): void;
}

function Shelf({ life, me, version, changed, open }: ShelfProps) {
  const words = useRoomsWords();
  const problem = useProblemText();
  const list = usePages(life, (cursor, signal) => fetchOwnRooms(life, { cursor, signal }), ({ id }) => id, version);
  return (
    <div className={styles.shelf}>
      <PagedList list={list} label={words.tabs[life]} empty={words.none[life]} problem={problem}>
        {(room) => <OwnRoomCard key={room.id} room={room} me={me} gone={() => list.edit((rooms) => rooms.filter(({ id }) => id !== room.id))} changed={changed} open={(matter) => open(matter, room)} />}
      </PagedList>
    </div>
  );
}
