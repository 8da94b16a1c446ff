/** What the frames of maru.v1 are made of: the arrays of PROTOCOL.md, in wire order. */
import {
  bool,
  int32,
  list,
  named,
  nullable,
  oneOf,
  record,
  str,
  uint,
  uint32,
  uint8,
  type ValueOf,
} from './wire.ts';

export const place = oneOf(0, 1, 2);
export const quarter = oneOf(0, 1, 2, 3);
export const standing = oneOf(0, 1, 2);
export const role = named('visitor', 'editor', 'owner');
export const status = named('available', 'busy');
export const visibility = named('public', 'followers', 'private');
export const topic = named('history', 'layouts', 'access');

export const readPoint = record({ epoch: uint, seq: uint });
export const standpoint = record({ place, x: int32, y: int32 });
export const avatar = record({ member: uint32, x: int32, y: int32, facing: quarter, standing });
export const theme = record({ wallpaper: str, flooring: str, light: str, seq: uint });
export const item = record({
  id: uint,
  kind: str,
  place,
  x: int32,
  y: int32,
  rotation: quarter,
  color: str,
  seq: uint,
});
export const removedItem = record({ id: uint, seq: uint });
export const itemCopy = record({ from: uint, to: uint });
export const chatLine = record({ seq: uint, atMs: uint, authorId: str, authorName: str, text: str });
export const person = record({
  member: uint32,
  id: str,
  kind: named('user', 'guest'),
  name: str,
  handle: nullable(str),
  look: list(uint8),
  role,
  away: bool,
  avatar,
  idle: bool,
  status,
  muted: bool,
});
export const personRef = record({ id: str, name: str });
/** Who a notice comes from. */
export const sender = record({ id: str, handle: str, name: str });
export const roomInfo = record({
  id: str,
  name: str,
  ownerId: str,
  visibility,
  guestsAllowed: bool,
  locked: bool,
  peopleMax: uint32,
});
export const limits = record({
  heartbeatMs: uint32,
  silenceMsMax: uint32,
  graceMs: uint32,
  unackedMax: uint32,
  itemsMax: uint32,
  chatCharsMax: uint32,
  moveIntervalMs: uint32,
  opsPerSecond: uint32,
  opsBurst: uint32,
  chatPerSecond: uint32,
  chatBurst: uint32,
  idleMs: uint32,
  typingMs: uint32,
  layoutsMax: uint32,
});

export const preview = record({ item: uint, standpoint, rotation: quarter });
export const memberTyping = record({ member: uint32, active: bool });
export const memberDrag = record({ member: uint32, preview: nullable(preview) });

export const editPart = record({
  action: named('put', 'patch', 'remove', 'setTheme', 'restoreLayout'),
  subject: str,
  count: uint32,
});
export const edit = record({ seq: uint, atMs: uint, author: personRef, parts: list(editPart) });
export const layoutInfo = record({ name: str, savedAtMs: uint, items: uint32 });
export const banInfo = record({ person: personRef, atMs: uint });
export const muteInfo = record({ person: personRef, untilMs: nullable(uint) });

export const ack = record({
  number: uint32,
  outcome: named('applied', 'superseded', 'duplicate', 'rejected'),
  seq: uint,
  reason: nullable(str),
});

export type ReadPoint = ValueOf<typeof readPoint>;
export type Place = ValueOf<typeof place>;
export type Quarter = ValueOf<typeof quarter>;
export type Standing = ValueOf<typeof standing>;
export type Standpoint = ValueOf<typeof standpoint>;
export type Role = ValueOf<typeof role>;
/** What a person says about their attention. */
export type Status = ValueOf<typeof status>;
/** Who may come in, beside the owner. */
export type Visibility = ValueOf<typeof visibility>;
/** A list a client may read. */
export type Topic = ValueOf<typeof topic>;
export type Avatar = ValueOf<typeof avatar>;
export type Theme = ValueOf<typeof theme>;
export type Item = ValueOf<typeof item>;
export type ItemCopy = ValueOf<typeof itemCopy>;
export type ChatLine = ValueOf<typeof chatLine>;
export type Person = ValueOf<typeof person>;
/** A person who need not be present. */
export type PersonRef = ValueOf<typeof personRef>;
/** Who a notice comes from; they need not be in the room. */
export type Sender = ValueOf<typeof sender>;
export type RoomInfo = ValueOf<typeof roomInfo>;
export type Limits = ValueOf<typeof limits>;
/** An item on its way, before it is put down. */
export type Preview = ValueOf<typeof preview>;
export type MemberTyping = ValueOf<typeof memberTyping>;
export type MemberDrag = ValueOf<typeof memberDrag>;
/** One kind of change within an edit of the history. */
export type EditPart = ValueOf<typeof editPart>;
/** One edit of the room's history. */
export type Edit = ValueOf<typeof edit>;
export type LayoutInfo = ValueOf<typeof layoutInfo>;
export type BanInfo = ValueOf<typeof banInfo>;
/** `untilMs` null: until unmuted. */
export type MuteInfo = ValueOf<typeof muteInfo>;
export type Ack = ValueOf<typeof ack>;
