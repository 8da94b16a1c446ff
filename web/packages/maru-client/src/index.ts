/** The live client of Maru rooms. */
export { CHAT_LINES_KEPT } from './document';
export { DecodeError } from './wire';
export { decodeClient, decodeServer, encodeClient, encodeServer } from './codec';
export * from './frames';
export { LiveRoom, newItemId } from './room';
export type { ItemPatch, LiveRoomEvents, LiveRoomOptions, NewItem, RoomState, ThemePatch } from './room';
export type { Rejection } from './edits';
export type { Problem } from './connection';
export type { Position } from './moves';
export type { Batch, Outcome } from './pending';
export { webLocks, webStorage } from './storage';
export type { Exclusive, LockManagerLike, SessionStorage, WebStorageLike } from './storage';
export { liveUrl, restTickets, TicketError } from './tickets';
export type { Guest, RestTicketOptions, TicketSource } from './tickets';
export { webSocketTransport } from './transport';
export type { OpenTransport, Transport, TransportEvents, WebSocketConstructor } from './transport';
export type { RoomView, ViewLine } from './view';
