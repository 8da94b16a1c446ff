// Connections in memory whose every step the test decides: delivery, duplication, cuts.
import { decodeClient, encodeServer, type ClientFrame, type OpenTransport, type ServerFrame } from '../src/index.ts';
import type { TransportEvents } from '../src/index.ts';
import type { FakeRoom, Line } from './fake-room.ts';

type Message = { readonly bytes: Uint8Array } | { readonly close: number };

class Wire {
  readonly toServer: Uint8Array[] = [];
  readonly toClient: Message[] = [];
  readonly events: TransportEvents;
  readonly line: Line;
  readonly room: FakeRoom;
  last: Uint8Array | null = null;
  opened = false;
  closed = false;

  constructor(room: FakeRoom, events: TransportEvents, sent: ServerFrame[]) {
    this.room = room;
    this.events = events;
    this.line = {
      send: (frame) => {
        sent.push(frame);
        this.toClient.push({ bytes: encodeServer(frame) });
      },
      close: (code) => this.toClient.push({ close: code }),
    };
  }

  end(code: number, tellClient: boolean): void {
    if (this.closed) return;
    this.closed = true;
    this.room.lost(this.line);
    if (tellClient) this.events.closed(code, '');
  }
}

export class FakeNetwork {
  readonly room: FakeRoom;
  readonly sent: ServerFrame[] = [];
  readonly received: ClientFrame[] = [];
  /** Connections opened so far. */
  attempts = 0;
  /** Packets vanish both ways and nobody is told. */
  halfOpen = false;
  /** New connections fail. */
  down = false;
  #wires: Wire[] = [];

  constructor(room: FakeRoom) {
    this.room = room;
  }

  readonly open: OpenTransport = (_url, events) => {
    this.attempts += 1;
    const wire = new Wire(this.room, events, this.sent);
    this.#wires.push(wire);
    return {
      send: (bytes) => void wire.toServer.push(bytes.slice()),
      // what was sent before a farewell still arrives; the client has turned away already
      close: (code) => {
        let arriving = code === 1000 && !wire.closed;
        while (arriving) arriving = this.#step(wire, 'up');
        wire.end(code, false);
      },
      buffered: () => 0,
    };
  };

  #alive(): Wire[] {
    this.#wires = this.#wires.filter((wire) => !wire.closed);
    return this.#wires;
  }

  /** One step of one wire, if there is anything to do. */
  #step(wire: Wire, direction: 'up' | 'down'): boolean {
    if (this.halfOpen) return false;
    if (!wire.opened) {
      wire.opened = true;
      if (this.down) wire.end(1006, true);
      else wire.events.opened();
      return true;
    }
    if (direction === 'up') {
      const bytes = wire.toServer.shift();
      if (!bytes) return false;
      const frame = decodeClient(bytes);
      this.received.push(frame);
      this.room.receive(wire.line, frame);
      return true;
    }
    const message = wire.toClient.shift();
    if (!message) return false;
    if ('close' in message) wire.end(message.close, true);
    else {
      wire.last = message.bytes;
      wire.events.received(message.bytes);
    }
    return true;
  }

  /** Delivers one message in a direction on every connection. */
  deliver(direction: 'up' | 'down'): void {
    for (const wire of this.#alive()) this.#step(wire, direction);
  }

  /** Delivers until nothing is under way. */
  settle(): void {
    let busy = true;
    while (busy) {
      busy = false;
      for (const wire of this.#alive()) {
        busy = this.#step(wire, 'up') || busy;
        busy = (!wire.closed && this.#step(wire, 'down')) || busy;
      }
    }
  }

  /** The last frame from the server comes once more. */
  repeat(): void {
    for (const wire of this.#alive()) if (wire.last) wire.events.received(wire.last);
  }

  /** Raw bytes reach the client as a message. */
  inject(bytes: Uint8Array | null): void {
    for (const wire of this.#alive()) wire.events.received(bytes);
  }

  /** Every connection breaks; what was under way is lost. */
  cut(code = 1006): void {
    for (const wire of this.#alive()) wire.end(code, true);
  }
}
