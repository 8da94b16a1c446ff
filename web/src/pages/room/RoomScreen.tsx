/** A room on screen: watching from the door, or inside; visiting, or decorating. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { LiveRoom } from 'maru-client';
import { useSearch } from 'wouter';
import type { GuestIdentity, Room, User } from '../../app/api';
import { textOf, useMessages } from '../../app/i18n';
import { usePageTitle } from '../../app/pageTitle';
import { useRoomScene } from '../../app/scene/useRoomScene';
import { useToasts } from '../../app/state/toasts';
import { Button, classes, IconButton } from '../../app/ui/controls';
import { Blocked } from './Blocked';
import { ChatBar } from './chat/ChatBar';
import { ConnectionBanner } from './ConnectionBanner';
import { blockOf, useSuspended, useTrouble } from './connectionState';
import type { Arrow } from './edit/arranging';
import { EditBar } from './edit/EditBar';
import { SelectionToolbar } from './edit/SelectionToolbar';
import { useArranging } from './edit/useArranging';
import { Pinned } from './edit/Pinned';
import { EntryPanel } from './entry/EntryPanel';
import { useEntrance } from './entry/useEntrance';
import { narrowScreen, useSceneCovers } from './sceneCovers';
import { RoomCorner } from './RoomCorner';
import { RoomHeader } from './RoomHeader';
import { RoomPanels, type PanelId } from './panels/RoomPanels';
import { presentPeople } from './panels/present';
import { isDecision } from './decisions';
import { useLimits } from './limits';
import { useMaskedLines } from './maskedLines';
import { useMutedIn } from './mutedWords';
import { RoomDialogs, type RoomDialog } from './RoomDialogs';
import { useRoomNews } from './roomNews';
import { useRoomNotices } from './roomNotices';
import { useRoomWords } from './words';
import styles from './RoomScreen.module.css';
import { WalkHint } from './WalkHint';
import { useLiveInfo, useLiveRole, useLiveRoom, useLiveState, useLiveView } from './useLiveRoom';
import { useRoomKeys } from './useRoomKeys';
import { useApproach, useLiveScene, useStill } from './useSceneRoom';

/** Until the server has said its limit. */
const chatCharsUsual = 200;

/** How far an arrow key walks, in tiles, along each edge of the floor: straight on the screen. */
const steps: Readonly<Record<Arrow, readonly [number, number]>> = {
  ArrowUp: [-0.5, -0.5],
  ArrowDown: [0.5, 0.5],
  ArrowLeft: [-0.5, 0.5],
  ArrowRight: [0.5, -0.5],
};

interface RoomScreenProps {
  room: Room;
  /** Whether it is where its owner's address leads. */
  isFront: boolean;
  me: User | null;
}

export function RoomScreen({ room, isFront, me }: RoomScreenProps) {
  const messages = useMessages();
  const words = messages.room;
  const more = useRoomWords();
  const host = useRef<HTMLDivElement>(null);
  // links to a room's guestbook lead into it
  const wished = new URLSearchParams(useSearch()).get('show');
  const scene = useRoomScene(host);
  const { above, below } = useSceneCovers(scene, host);
  const { entrance, enter, leave, again } = useEntrance(room, me);
  const live = useLiveRoom(room.id, entrance);
  const view = useLiveView(live);
  const state = useLiveState(live);
  const role = useLiveRole(live);
  const info = useLiveInfo(live);
  useSuspended(state);
  const block = blockOf(state) ?? (me === null && !room.guestsAllowed ? 'sign_in' : null);
  const inside = state?.name === 'inside' && view?.ready === true;
  // whoever is kept out sees no more of it
  const present = view?.ready === true && block === null;
  const name = info?.name ?? room.name;
  usePageTitle(name);
  useStill(scene, room, present);
  const mutedIn = useMutedIn(me?.id ?? null);
  useLiveScene(scene, present ? live : null, mutedIn);
  // also while the log is not shown
  const masked = useMaskedLines(live);
  useRefusals(live);
  useRoomNews(live);
  useRoomNotices(live);
  const waitSeconds = useLimits(live);

  const [editing, setEditing] = useState(false);
  const rights = role ?? room.role;
  const mayEdit = present && rights !== 'visitor';
  const [dialog, openDialog] = useState<RoomDialog | null>(null);
  const arranging = useArranging(scene, live, editing && mayEdit);
  useApproach(scene, present ? live : null, !editing);
  const [panel, setPanel] = useState<PanelId | null>(() => (wished === 'guestbook' ? wished : matchMedia(narrowScreen).matches ? null : 'chat'));
  const edit = useCallback((on: boolean): void => {
    setEditing(on);
    setPanel(on ? 'catalogue' : matchMedia(narrowScreen).matches ? null : 'chat');
  }, []);
  // whoever is let decorate again begins again
  if (editing && rights === 'visitor') {
    edit(false);
  }
  const nudge = useCallback((arrow: Arrow): void => void scene?.nudge(...steps[arrow]), [scene]);
  const say = useCallback((text: string): void => void live?.say(text), [live]);
  const typing = useCallback((active: boolean): void => live?.typing(active), [live]);
  const trouble = useTrouble(state);
  const people = useMemo(() => presentPeople(view?.people.values() ?? []), [view?.people]);
  const theme = present && view ? view.theme : room.theme;
  const refused = state?.name === 'closed' && state.reason === 'invalid_name';
  const asking = !block && (entrance === null || refused);
  const muted = people.some(({ member, muted: quiet }) => quiet && member === live?.member);
  const mayTalk = !muted && waitSeconds === 0;
  useRoomKeys(
    useMemo(
      () => ({ live: present ? live : null, editing: editing && mayEdit, mayTalk, arranging, leaveEditing: () => edit(false), nudge }),
      [live, present, editing, mayEdit, mayTalk, arranging, edit, nudge],
    ),
  );
  const selected = view?.items.get(arranging.selection.at(-1) ?? 0);
  return (
    <div className={classes(styles.screen, theme.light === 'night' && styles.night)}>
      <RoomHeader room={room} name={name} info={info} inside={inside} people={people} showPeople={() => setPanel('people')} manages={mayEdit}>
        {mayEdit && (
          <IconButton
            icon={rights === 'owner' ? 'settings' : 'history'}
            label={rights === 'owner' ? more.manage.room : more.manage.history}
            aria-haspopup="dialog"
            data-testid="manage"
            onClick={() => openDialog({ about: 'room' })}
          />
        )}
        {mayEdit && !editing && (
          <Button variant="primary" icon="brush" className={styles.edit} aria-label={words.edit} onClick={() => edit(true)}>
            <span>{words.edit}</span>
          </Button>
        )}
      </RoomHeader>
      <main className={styles.main}>
        <div className={styles.stage}>
          <div ref={host} className={styles.scene} role="group" aria-label={words.stageLabel(name)} data-testid="scene" />
          {!(editing && mayEdit) && <RoomCorner room={room} me={me} inside={inside} />}
          <ConnectionBanner trouble={block ? null : trouble} retry={live ? () => live.online() : null} />
          {editing && mayEdit && live && (
            <EditBar cover={above} live={live} unsaved={view?.unsaved ?? 0} connected={inside} placing={arranging.placing} stopPlacing={arranging.stopPlacing} done={() => edit(false)} />
          )}
          {editing && selected && (
            <Pinned key={selected.id} scene={scene} item={selected.id}>
              <SelectionToolbar kind={selected.kind} color={selected.color} count={arranging.selection.length} actions={arranging.actions} />
            </Pinned>
          )}
          {block && (
            <div className={styles.over}>
              <Blocked block={block} guest={me === null} again={again} />
            </div>
          )}
          {asking && (
            <div className={styles.door} ref={below}>
              <EntryPanel
                busy={false}
                refusal={refused ? textOf(messages.problems, 'invalid_name') : null}
                enter={(guest: GuestIdentity) => {
                  leave();
                  enter(guest);
                }}
              />
            </div>
          )}
          {inside && !editing && mayTalk && <WalkHint scene={scene} />}
          <p className="visually-hidden" aria-live="polite" data-testid="announcement">
            {arranging.announcement}
          </p>
        </div>
        {present && live && panel !== null && (
          <RoomPanels cover={below} live={live} room={room} isFront={isFront} me={me} view={view} people={people} panel={panel} show={setPanel} editing={editing && mayEdit} arranging={arranging} scene={scene} about={(member) => openDialog({ about: 'person', member })} manages={rights === 'owner'} mayHang={rights !== 'visitor'} mutedIn={mutedIn} masked={masked} />
        )}
      </main>
      {present && (
        <footer className={classes(styles.footer, editing && styles.whileEditing)} ref={below}>
          <ChatBar roomId={room.id} lengthMax={live?.limits?.chatCharsMax ?? chatCharsUsual} open={inside && trouble?.kind !== 'offline'} muted={muted} waitSeconds={waitSeconds} say={say} typing={typing} />
          <IconButton
            icon={panel === null ? 'chat' : 'chevronDown'}
            label={panel === null ? messages.chat.expand : messages.chat.collapse}
            aria-expanded={panel !== null}
            onClick={() => setPanel(panel === null ? (editing ? 'catalogue' : 'chat') : null)}
          />
        </footer>
      )}
      {present && live && <RoomDialogs live={live} role={rights} people={people} open={dialog} close={() => openDialog(null)} />}
    </div>
  );
}

/** Says why an edit or a message did not stand. */
function useRefusals(live: LiveRoom | null): void {
  const { rejections, connection } = useMessages();
  const show = useToasts((state) => state.show);
  useEffect(() => {
    if (!live) {
      return undefined;
    }
    const stops = [
      live.on('rejected', ({ ops, reason }) => {
        if (!isDecision(ops)) {
          show('bad', textOf(rejections, reason));
        }
      }),
      live.on('unproven', (batches) => show('bad', connection.unproven(batches.length))),
    ];
    return () => {
      for (const stop of stops) {
        stop();
      }
    };
  }, [live, show, rejections, connection]);
}
