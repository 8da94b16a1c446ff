// A guest that walks in a circle and says hello: node dist/bot.js [origin] [room id or nothing for the liveliest]
import { LiveRoom, liveUrl, restTickets, type Quarter } from '../src/index.ts';

const [origin = 'http://127.0.0.1:8080', wanted] = process.argv.slice(2);
const say = (text: string) => void process.stdout.write(`${text}\n`);

async function liveliestRoom(): Promise<string> {
  const response = await fetch(`${origin}/v1/rooms?limit=1`);
  const { rooms } = (await response.json()) as { rooms: { id: string }[] };
  const [first] = rooms;
  if (!first) throw new Error('no public room');
  return first.id;
}

const roomId = wanted ?? (await liveliestRoom());
const guest = { name: 'Bot', look: [0, 0, 0, 0, 0, 0] };
const room = new LiveRoom({
  url: liveUrl(origin, roomId),
  ticket: restTickets({ origin, roomId, guest }),
});

room.on('state', ({ name, reason }) => say(reason ? `${name} (${reason})` : name));
room.on('problem', ({ what, detail }) => say(`${what}: ${detail}`));
room.on('chat', (lines) => lines.forEach(({ authorName, text }) => say(`${authorName}: ${text}`)));
room.on('people', (people) => say(`here: ${[...people.values()].map(({ name }) => name).join(', ')}`));
await room.start();

// a batch made before the room is entered waits for it
const hello = await room.say('안녕하세요! Hello!');
say(`hello was ${hello.status}`);

for (let step = 0; step < 40; step += 1) {
  const angle = (step / 20) * 2 * Math.PI;
  const facing = Math.floor(step / 5) % 4 as Quarter;
  room.move(500 + 200 * Math.cos(angle), 500 + 200 * Math.sin(angle), facing, 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
}
room.move(500, 500, 0, 0);
await room.stop();
