/** The frames of maru.v1 as PROTOCOL.md lists them, in wire order. */
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
  variants,
  type ValueOf,
} from './wire';

/** The WebSocket subprotocol both sides must agree on. */
export const SUBPROTOCOL = 'maru.v1';

/** The longest frame a client may send, in bytes. */
export const CLIENT_FRAME_BYTES_MAX = 16_384;

/** The most operations one batch may hold. */
export const BATCH_OPS_MAX = 64;

const place = oneOf(0, 1, 2);
const quarter = oneOf(0, 1, 2, 3);
const standing = oneOf(0, 1, 2);
const role = named('visitor', 'editor', 'owner');

const readPoint = record({ epoch: uint, seq: uint });
const standpoint = record({ place, x: int32, y: int32 });
const avatar = record({ member: uint32, x: int32, y: int32, facing: quarter, standing });
const theme = record({ wallpaper: str, flooring: str, light: str, seq: uint });
const item = record({
  id: uint,
  kind: str,
  place,
  x: int32,
  y: int32,
  rotation: quarter,
  color: str,
  seq: uint,
});
const removedItem = record({ id: uint, seq: uint });
const chatLine = record({ seq: uint, atMs: uint, authorId: str, authorName: str, text: str });
const person = record({
  member: uint32,
  id: str,
  kind: named('user', 'guest'),
  name: str,
  handle: nullable(str),
  look: list(uint8),
  role,
  away: bool,
  avatar,
});
const roomInfo = record({ id: str, name: str, ownerId: str });
const limits = record({
  heartbeatMs: uint32,
  silenceMsMax: uint32,
  graceMs: uint32,
  unackedMax: uint32,
  itemsMax: uint32,
  chatCharsMax: uint32,
  moveIntervalMs: uint32,
});

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
});

const event = variants({
  changed: [1, { seq: uint, member: uint32, session: uint32, number: uint32, atMs: uint, ops: list(op) }],
  joined: [2, { person }],
  updated: [3, { person }],
  left: [4, { member: uint32 }],
});

const ack = record({
  number: uint32,
  outcome: named('applied', 'superseded', 'duplicate', 'rejected'),
  seq: uint,
  reason: nullable(str),
});

export const clientFrame = variants({
  join: [1, { ticket: str, avatar: nullable(avatar) }],
  resume: [2, { token: str, have: nullable(readPoint), avatar: nullable(avatar) }],
  ops: [3, { number: uint32, baseSeq: uint, resend: bool, ops: list(op) }],
  move: [4, { x: int32, y: int32, facing: quarter, standing }],
  ping: [5, { nonce: uint32 }],
  pong: [6, { nonce: uint32 }],
  leave: [7, {}],
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
    { epoch: uint, seq: uint, theme, items: list(item), chat: list(chatLine), people: list(person) },
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
  error: [72, { code: str, message: str, retryAfterMs: nullable(uint32), number: nullable(uint32) }],
  goAway: [73, { reconnectAfterMs: uint32 }],
});

export type ReadPoint = ValueOf<typeof readPoint>;
export type Place = ValueOf<typeof place>;
export type Quarter = ValueOf<typeof quarter>;
export type Standing = ValueOf<typeof standing>;
export type Standpoint = ValueOf<typeof standpoint>;
export type Role = ValueOf<typeof role>;
export type Avatar = ValueOf<typeof avatar>;
export type Theme = ValueOf<typeof theme>;
export type Item = ValueOf<typeof item>;
export type ChatLine = ValueOf<typeof chatLine>;
export type Person = ValueOf<typeof person>;
export type RoomInfo = ValueOf<typeof roomInfo>;
export type Limits = ValueOf<typeof limits>;
export type Ack = ValueOf<typeof ack>;
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

/** Whether a frame of this kind may be dropped without the room going stale. */
export function isExpendable(kind: number): boolean {
  return kind === 68 || kind >= 70;
}
