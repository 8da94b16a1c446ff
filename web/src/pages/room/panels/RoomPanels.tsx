/** What stands beside the room: talk, people and things for visitors; furniture and walls for decorators. */
import { lazy, Suspense, useCallback, useMemo, type RefCallback } from 'react';
import type { LiveRoom, RoomView } from 'maru-client';
import type { Room, User } from '../../../app/api';
import { Guestbook } from '../../../app/guestbook/Guestbook';
import { useGuestbookWords } from '../../../app/guestbook/words';
import { useMessages } from '../../../app/i18n';
import { usePostWords } from '../../../app/posts/words';
import type { Tab } from '../../../app/ui/TabList';
import type { RoomScene } from '../../../world/scene';
import { ChatLog } from '../chat/ChatLog';
import { TypingLine } from '../chat/TypingLine';
import { CataloguePanel } from '../edit/CataloguePanel';
import { ThemePanel } from '../edit/ThemePanel';
import type { Arranging } from '../edit/useArranging';
import type { MaskedLines } from '../maskedLines';
import type { MutedIn } from '../mutedWords';
import { useLiveTypists } from '../useLiveRoom';
import { standNear } from '../useSceneRoom';
import lists from './lists.module.css';
import { PeopleList } from './PeopleList';
import type { Present } from './present';
import { SidePanel } from './SidePanel';
import { ThingList } from './ThingList';

const RoomPosts = lazy(async () => ({ default: (await import('../../../app/posts/RoomPosts')).RoomPosts }));

export type PanelId = 'chat' | 'people' | 'things' | 'posts' | 'guestbook' | 'catalogue' | 'theme';

interface RoomPanelsProps {
  cover: RefCallback<HTMLElement>;
  live: LiveRoom;
  room: Room;
  /** Whether it is where its owner's address leads. */
  isFront: boolean;
  me: User | null;
  view: RoomView;
  people: readonly Present[];
  panel: PanelId;
  show(panel: PanelId | null): void;
  editing: boolean;
  arranging: Arranging;
  scene: RoomScene | null;
  /** Opens more about a person. */
  about(member: number): void;
  manages: boolean;
  /** Whether one may hang posts here. */
  mayHang: boolean;
  mutedIn: MutedIn;
  masked: MaskedLines;
}

/** Until the server has said its limit. */
const itemsUsual = 150;

export function RoomPanels({ cover, live, room, isFront, me, view, people, panel, show, editing, arranging, scene, about, manages, mayHang, mutedIn, masked }: RoomPanelsProps) {
  const words = useMessages();
  const guestbook = useGuestbookWords();
  const { ofPerson: posts } = usePostWords();
  const visiting: readonly Tab<PanelId>[] = [
    { id: 'chat', label: words.room.chat, icon: 'chat' },
    { id: 'people', label: words.room.people, icon: 'people', count: people.length },
    { id: 'things', label: words.room.things, icon: 'things' },
    { id: 'posts', label: posts.tab, icon: 'pencil' },
    { id: 'guestbook', label: guestbook.title, icon: 'book' },
  ];
  const decorating: readonly Tab<PanelId>[] = [
    { id: 'catalogue', label: words.edit.catalogue, icon: 'things' },
    { id: 'theme', label: words.edit.theme, icon: 'palette' },
    { id: 'things', label: words.room.things, icon: 'search' },
  ];
  const tabs = editing ? decorating : visiting;
  const chosen = tabs.some(({ id }) => id === panel) ? panel : editing ? 'catalogue' : 'chat';
  const self = live.member === null ? null : (view.people.get(live.member) ?? null);
  const looks = useMemo(() => new Map(Array.from(view.people.values(), ({ id, look }) => [id, look])), [view.people]);
  const lookOf = useCallback((id: string) => looks.get(id) ?? null, [looks]);
  const things = useMemo(() => [...view.items.values()], [view.items]);
  const typists = useLiveTypists(live);
  const typing = people.filter(({ member }) => typists.has(member)).map(({ name }) => name);
  const walkToMember = (member: number): void => {
    const at = live.view.avatars.get(member);
    if (at) {
      scene?.walkTo(at.x / 100, at.y / 100);
    }
  };
  const chooseThing = (id: number, add: boolean): void => {
    const item = view.items.get(id);
    if (editing) {
      arranging.choose(id, add);
    } else if (item) {
      scene?.walkTo(...standNear(item));
    }
  };
  return (
    <SidePanel<PanelId> cover={cover} label={editing ? words.edit.title : words.room.panels} tabs={tabs} chosen={chosen} choose={show} close={() => show(null)}>
      {chosen === 'chat' && (
        <>
          <ChatLog lines={view.chat} selfId={self?.id ?? null} lookOf={lookOf} roomId={room.id} mutedIn={mutedIn} masked={masked} />
          <TypingLine names={typing} />
        </>
      )}
      {chosen === 'people' && (
        <PeopleList people={people} self={live.member} here={isFront ? room.owner.handle : null} walkTo={walkToMember} setStatus={(status) => live.setStatus(status)} about={about} manages={manages} />
      )}
      {chosen === 'things' && <ThingList things={things} editing={editing} selection={arranging.selection} choose={chooseThing} />}
      {chosen === 'posts' && (
        <Suspense>
          <RoomPosts roomId={room.id} mayHang={mayHang} />
        </Suspense>
      )}
      {chosen === 'guestbook' && (
        <div className={lists.list}>
          <Guestbook roomId={room.id} own={me?.id === room.owner.id} me={me} />
        </div>
      )}
      {chosen === 'catalogue' && (
        <CataloguePanel placing={arranging.placing} count={things.length} countMax={live.limits?.itemsMax ?? itemsUsual} place={arranging.place} />
      )}
      {chosen === 'theme' && <ThemePanel theme={view.theme} choose={(change) => void live.setTheme(change)} />}
    </SidePanel>
  );
}
