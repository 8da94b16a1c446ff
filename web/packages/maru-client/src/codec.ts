/** Bytes to frames and back. */
import { decode, encode } from '@msgpack/msgpack';
import { checkBounds } from './bounds.ts';
import { clientFrame, serverFrame, type ClientFrame, type ServerFrame } from './frames.ts';
import { DecodeError, type Field } from './wire.ts';

function decodeAs<T>(field: Field<T>, bytes: Uint8Array): T {
  checkBounds(bytes);
  let value: unknown;
  try {
    value = decode(bytes);
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error));
  }
  return field.read(value, 'frame');
}

/** Reads one server frame; throws {@link DecodeError}. */
export function decodeServer(bytes: Uint8Array): ServerFrame {
  return decodeAs(serverFrame, bytes);
}

/** Reads one client frame; throws {@link DecodeError}. */
export function decodeClient(bytes: Uint8Array): ClientFrame {
  return decodeAs(clientFrame, bytes);
}

export function encodeServer(frame: ServerFrame): Uint8Array {
  return encode(serverFrame.write(frame));
}

export function encodeClient(frame: ClientFrame): Uint8Array {
  return encode(clientFrame.write(frame));
}

/** The kind of a frame that may not decode further, or null when not even that can be read. */
export function peekKind(bytes: Uint8Array): number | null {
  const [head, kind] = bytes;
  if (head === undefined || kind === undefined || head < 0x91 || head > 0x9f || kind > 0x7f) return null;
  return kind;
}
