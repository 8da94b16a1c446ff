/** The frames of maru.v1 as PROTOCOL.md lists them, in wire order. */
import {
  ack,
  avatar,
  banInfo,
  chatLine,
  edit,
  item,
  itemCopy,
  layoutInfo,
  limits,
  memberDrag,
  memberTyping,
  muteInfo,
  person,
  personRef,
  place,
  preview,
  quarter,
  readPoint,
  removedItem,
  role,
  roomInfo,
  sender,
  standing,
  standpoint,
  status,
  theme,
  topic,
  visibility,
} from './shapes.ts';
import { bool, int32, list, nullable, str, uint, uint32, variants, type ValueOf } from './wire.ts';

export type * from './shapes.ts';

/** The WebSocket subprotocol both sides must agree on. */
export const SUBPROTOCOL = 'maru.v1';

/** The longest frame a client may send, in bytes. */
export const CLIENT_FRAME_BYTES_MAX = 16_384;

/** The most operations one batch may hold, and the most copies one `duplicate` may make. */
export const BATCH_OPS_MAX = 64;

export const op = variants({
  put: [1, { id: uint, kind: str, place, x: int32, y: int32, rotation: quarter, color: str }],
  patch: [
    2,
    {
      id: uint,
      standpoint: nullable(standpoint),
      rotation: nullable(quarter),
      color: nullable(str),
      ifSeq: nullable(uint),
    },
  ],
  remove: [3, { id: uint, ifSeq: nullable(uint) }],
  setTheme: [4, { wallpaper: nullable(str), flooring: nullable(str), light: nullable(str) }],
  say: [5, { text: str }],
  duplicate: [6, { copies: list(itemCopy), dx: int32, dy: int32 }],
  kick: [7, { person: str }],
  ban: [8, { person: str }],
  unban: [9, { person: str }],
  mute: [10, { person: str, minutes: nullable(uint32) }],
  unmute: [11, { person: str }],
  setRole: [12, { person: str, role }],
  setPolicy: [
    13,
    {
      name: nullable(str),
      visibility: nullable(visibility),
      guestsAllowed: nullable(bool),
      locked: nullable(bool),
      peopleMax: nullable(uint32),
    },
  ],
  saveLayout: [14, { name: str }],
  restoreLayout: [15, { name: str }],
  removeLayout: [16, { name: str }],
});

const event = variants({
  changed: [1, { seq: uint, member: uint32, session: uint32, number: uint32, atMs: uint, ops: list(op) }],
  joined: [2, { person }],
  updated: [3, { person }],
  left: [4, { member: uint32 }],
  roomChanged: [5, { room: roomInfo }],
});

export const clientFrame = variants({
  join: [1, { ticket: str, avatar: nullable(avatar) }],
  resume: [2, { token: str, have: nullable(readPoint), avatar: nullable(avatar) }],
  ops: [3, { number: uint32, baseSeq: uint, resend: bool, ops: list(op) }],
  move: [4, { x: int32, y: int32, facing: quarter, standing }],
  ping: [5, { nonce: uint32 }],
  pong: [6, { nonce: uint32 }],
  leave: [7, {}],
  typing: [8, { active: bool }],
  drag: [9, { preview: nullable(preview) }],
  setStatus: [10, { status }],
  refresh: [11, {}],
  read: [12, { topic }],
});

export const serverFrame = variants({
  welcome: [
    64,
    {
      epoch: uint,
      session: uint32,
      member: uint32,
      resumeToken: str,
      role,
      room: roomInfo,
      limits,
      lastNumber: uint32,
      resumed: bool,
    },
  ],
  snapshot: [
    65,
    {
      epoch: uint,
      seq: uint,
      theme,
      items: list(item),
      chat: list(chatLine),
      people: list(person),
      parts: uint32,
      room: roomInfo,
    },
  ],
  changes: [
    66,
    {
      epoch: uint,
      seq: uint,
      theme: nullable(theme),
      items: list(item),
      removed: list(removedItem),
      chat: list(chatLine),
      people: list(person),
    },
  ],
  events: [67, { epoch: uint, flush: uint, seq: uint, events: list(event) }],
  avatars: [68, { epoch: uint, avatars: list(avatar) }],
  acks: [69, { epoch: uint, acks: list(ack) }],
  ping: [70, { nonce: uint32 }],
  pong: [71, { nonce: uint32 }],
  error: [
    72,
    {
      code: str,
      message: str,
      retryAfterMs: nullable(uint32),
      number: nullable(uint32),
      limit: nullable(str),
    },
  ],
  goAway: [73, { reconnectAfterMs: uint32 }],
  signals: [74, { epoch: uint, typing: list(memberTyping), drags: list(memberDrag) }],
  history: [75, { epoch: uint, edits: list(edit) }],
  layouts: [76, { epoch: uint, layouts: list(layoutInfo) }],
  access: [77, { epoch: uint, editors: list(personRef), bans: list(banInfo), mutes: list(muteInfo) }],
  part: [
    78,
    {
      epoch: uint,
      seq: uint,
      part: uint32,
      items: list(item),
      chat: list(chatLine),
      people: list(person),
    },
  ],
  notification: [79, { id: uint, kind: str, from: nullable(sender), atMs: uint, unread: uint32 }],
});

export type Op = ValueOf<typeof op>;
export type RoomEvent = ValueOf<typeof event>;
export type ClientFrame = ValueOf<typeof clientFrame>;
export type ServerFrame = ValueOf<typeof serverFrame>;

/** One operation of a kind, as `OpOf<'put'>`. */
export type OpOf<T extends Op['type']> = Extract<Op, { type: T }>;
/** One event of a kind. */
export type EventOf<T extends RoomEvent['type']> = Extract<RoomEvent, { type: T }>;
/** One server frame of a kind. */
export type ServerFrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** The kinds that carry the room itself: without one of them the copy here is in doubt. */
const ROOM_KINDS: ReadonlySet<number> = new Set([64, 65, 66, 67, 69, 78]);

/** Whether a frame of this kind may be dropped without the room going stale. */
export function isExpendable(kind: number): boolean {
  return kind >= 64 && !ROOM_KINDS.has(kind);
}
