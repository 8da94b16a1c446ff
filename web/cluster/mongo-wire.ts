/** Listens in on what nodes send MongoDB: whether every write asks to be kept by the majority, in its journal. */

/** What a write may be without: it belongs to a transaction, whose end says it for all. */
const writes: ReadonlySet<string> = new Set(['insert', 'update', 'delete', 'findAndModify', 'findandmodify', 'bulkWrite', 'commitTransaction']);

const headerBytes = 16;
const opMsg = 2013;
/** Beyond what the server takes; whoever sends that does not speak its protocol. */
const messageBytesMax = 48_000_000;

type Value = string | number | boolean | null | Document;
interface Document {
  readonly [name: string]: Value;
}

/** What was found about writes so far. */
export interface WriteFindings {
  writes: number;
  /** Those that ask for less, as they were said. */
  readonly weak: string[];
}

/** A document of BSON; what is not asked for is passed over, as null. */
function document(bytes: Buffer, from: number): { readonly value: Document; readonly end: number } {
  const end = from + bytes.readInt32LE(from);
  const value: Record<string, Value> = {};
  let at = from + 4;
  while (at < end - 1) {
    const type = bytes[at];
    const nameEnd = bytes.indexOf(0, at + 1);
    const name = bytes.toString('utf8', at + 1, nameEnd);
    const element = elementOf(bytes, type, nameEnd + 1);
    value[name] = element.value;
    at = element.end;
  }
  return { value, end };
}

function elementOf(bytes: Buffer, type: number | undefined, at: number): { readonly value: Value; readonly end: number } {
  const skip = (size: number): { readonly value: null; readonly end: number } => ({ value: null, end: at + size });
  switch (type) {
    case 0x02: {
      const length = bytes.readInt32LE(at);
      return { value: bytes.toString('utf8', at + 4, at + 3 + length), end: at + 4 + length };
    }
    case 0x03:
      return document(bytes, at);
    case 0x08:
      return { value: bytes[at] === 1, end: at + 1 };
    case 0x10:
      return { value: bytes.readInt32LE(at), end: at + 4 };
    case 0x04:
      return skip(bytes.readInt32LE(at));
    case 0x05:
      return skip(5 + bytes.readInt32LE(at));
    case 0x07:
      return skip(12);
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return skip(8);
    case 0x13:
      return skip(16);
    case 0x0a:
    case 0x7f:
    case 0xff:
      return skip(0);
    case 0x0b:
      return { value: null, end: bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1 };
    default:
      throw new Error(`BSON of type ${type} at ${at}`);
  }
}

/** What a message commands, in its section of kind 0. */
function command(message: Buffer): Document | null {
  if (message.readInt32LE(12) !== opMsg) return null;
  let at = headerBytes + 4;
  while (at < message.length) {
    if (message[at] === 0) return document(message, at + 1).value;
    // a list of documents beside the command
    at += 1 + message.readInt32LE(at + 1);
  }
  return null;
}

function judge(said: Document, findings: WriteFindings): void {
  const [name = ''] = Object.keys(said);
  // "autocommit: false" stands in what is part of a transaction
  const isInTransaction = said.autocommit === false && name !== 'commitTransaction';
  if (!writes.has(name) || isInTransaction) return;
  findings.writes += 1;
  const concern = said.writeConcern;
  const isStrong = typeof concern === 'object' && concern?.w === 'majority' && concern.j === true;
  if (!isStrong) findings.weak.push(`${name} ${String(said[name])} with ${JSON.stringify(concern ?? 'nothing said')}`);
}

/** One connection: takes what the node sends as it comes, in whatever pieces. */
export function listener(findings: WriteFindings): (chunk: Buffer) => void {
  let waiting: Buffer = Buffer.alloc(0);
  return (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= headerBytes) {
      const length = waiting.readInt32LE(0);
      if (length < headerBytes || length > messageBytesMax) throw new Error(`a message of ${length} bytes`);
      if (waiting.length < length) return;
      const said = command(waiting.subarray(0, length));
      if (said) judge(said, findings);
      waiting = waiting.subarray(length);
    }
  };
}
