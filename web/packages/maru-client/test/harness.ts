// One client in one room over one network, with clocks that the test moves.
import { vi } from 'vitest';
import { LiveRoom, type LiveRoomEvents, type LiveRoomOptions } from '../src/index.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeRoom } from './fake-room.ts';

export interface Harness {
  readonly server: FakeRoom;
  readonly network: FakeNetwork;
  readonly room: LiveRoom;
  /** What was emitted, by event. */
  readonly heard: { readonly [K in keyof LiveRoomEvents]: LiveRoomEvents[K][] };
  /** Everything under way arrives and everything done is flushed and saved. */
  pass(): void;
  /** Enters the room. */
  enter(): Promise<void>;
}

export function harness(options: Partial<LiveRoomOptions> = {}, server = new FakeRoom()): Harness {
  const network = new FakeNetwork(server);
  const room = new LiveRoom({
    url: 'ws://room',
    ticket: async () => server.ticket(),
    open: network.open,
    random: () => 0.5,
    ...options,
  });
  const heard: Harness['heard'] = {
    state: [],
    view: [],
    people: [],
    'person:joined': [],
    'person:updated': [],
    'person:left': [],
    room: [],
    avatars: [],
    typing: [],
    drag: [],
    chat: [],
    change: [],
    ack: [],
    rejected: [],
    unproven: [],
    role: [],
    notification: [],
    latency: [],
    refused: [],
    problem: [],
  };
  for (const name of Object.keys(heard) as (keyof LiveRoomEvents)[]) {
    room.on(name, (value) => void (heard[name] as unknown[]).push(value));
  }
  const pass = () => {
    network.settle();
    server.flush();
    server.save();
    network.settle();
  };
  const enter = async () => {
    await room.start();
    await vi.advanceTimersByTimeAsync(0);
    pass();
  };
  return { server, network, room, heard, pass, enter };
}

export const chair = (id: number, fields: { x?: number; y?: number; color?: string } = {}) =>
  ({ id, kind: 'chair', place: 0, x: 0, y: 0, rotation: 0, color: '', ...fields }) as const;
