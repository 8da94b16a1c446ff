/** One WebSocket as the connection sees it. */
import { SUBPROTOCOL } from './frames.ts';

export interface TransportEvents {
  opened(): void;
  /** One message; null when it was not binary. */
  received(bytes: Uint8Array | null): void;
  /** At most once; nothing follows. */
  closed(code: number, reason: string): void;
}

export interface Transport {
  send(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Bytes accepted for sending that have not left yet. */
  buffered(): number;
}

/** Opens a transport to a `ws:` or `wss:` address. It may throw when the address is no address. */
export type OpenTransport = (url: string, events: TransportEvents) => Transport;

/** React Native leaves out what it does not know. */
interface CloseInfo {
  readonly code?: number;
  readonly reason?: string;
}

/** The part of the WebSocket API in use: browsers, Node and React Native all have it. */
export interface WebSocketLike {
  binaryType: string;
  /** React Native has none. */
  readonly bufferedAmount?: number;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: CloseInfo) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string) => WebSocketLike;

/** A loss without a close frame, as RFC 6455 numbers it. */
const CLOSE_ABNORMAL = 1006;

/** Null for text. A buffer of another realm is no `instanceof` this one's, and the `ws` package gives views. */
function bytesOf(data: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const isBuffer = Object.prototype.toString.call(data) === '[object ArrayBuffer]';
  return isBuffer ? new Uint8Array(data as ArrayBuffer) : null;
}

export function webSocketTransport(WebSocketClass: WebSocketConstructor): OpenTransport {
  return (url, events) => {
    const socket = new WebSocketClass(url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => events.opened());
    socket.addEventListener('message', (event) => events.received(bytesOf(event.data)));
    // a close follows an error and says all there is to say; the `ws` package wants a listener all the same
    socket.addEventListener('error', () => undefined);
    socket.addEventListener('close', (event) =>
      events.closed(event.code ?? CLOSE_ABNORMAL, event.reason ?? ''),
    );
    return {
      send: (bytes) => socket.send(new Uint8Array(bytes)),
      close: (code, reason) => socket.close(code, reason),
      buffered: () => socket.bufferedAmount ?? 0,
    };
  };
}
