// A bot for any room: npm run bot -w maru-client -- [origin] [room id, or the liveliest]; MARU_COOKIE signs it in
import { LiveRoom, liveUrl, restTickets, type Quarter } from 'maru-client';

const [origin = 'http://127.0.0.1:8080', wanted] = process.argv.slice(2);
const say = (text: string) => void process.stdout.write(`${text}\n`);
const pause = (ms: number) => new Promise((resolve) => void setTimeout(resolve, ms));

async function liveliestRoom(): Promise<string> {
  const { rooms } = (await (await fetch(`${origin}/v1/rooms?limit=1`)).json()) as { rooms: { id: string }[] };
  if (!rooms[0]) throw new Error('no public room');
  return rooms[0].id;
}

const roomId = wanted ?? (await liveliestRoom());
const cookie = process.env.MARU_COOKIE;
const who = cookie ? { headers: { cookie } } : { guest: { name: 'Bot', look: [0, 0, 0, 0, 0, 0] } };
const room = new LiveRoom({ url: liveUrl(origin, roomId), ticket: restTickets({ origin, roomId, ...who }) });

async function dance(): Promise<void> {
  for (let step = 0; step <= 20; step += 1) {
    const angle = (step / 10) * Math.PI;
    const facing = (Math.floor(step / 5) % 4) as Quarter;
    room.move(500 + 150 * Math.cos(angle), 500 + 150 * Math.sin(angle), facing, step < 20 ? 1 : 0);
    await pause(150);
  }
}

room.on('state', ({ name, reason }) => say(reason ? `${name} (${reason})` : name));
room.on('problem', ({ what, detail }) => say(`${what}: ${detail}`));
room.on('ack', ({ outcome }) => say(outcome.status === 'rejected' ? `rejected: ${outcome.reason}` : outcome.status));
room.on('person:joined', ({ name }) => void room.say(`안녕하세요, ${name}! Hello! (!dance)`));
room.on('chat', (lines) => lines.some(({ text }) => text === '!dance') && void dance());
room.on('role', (role) => {
  const spot = { place: 0, x: Math.floor(Math.random() * 19), y: Math.floor(Math.random() * 19) } as const;
  if (role !== 'visitor') void room.put({ kind: 'potted_plant', ...spot, rotation: 0, color: '' });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void room.stop());
await room.start();
