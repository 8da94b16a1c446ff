/** Two people furnish one room, one of them behind a bad link; in the end all see the same, and each edit once. */
import assert from 'node:assert/strict';
import type { Maru } from '../../../e2e/server.ts';
import type { Answered, ChatLine, Item, Op, RoomView } from '../src/index.ts';
import { BadLink } from './bad-link.ts';
import { Chance } from './chance.ts';
import { Habits, newDiary, type Diary } from './habits.ts';
import { moveIn, Neighbour, until } from './neighbour.ts';
import { schedule, weather } from './schedule.ts';

const forMs = 40_000;
/** On a slow machine less happens meanwhile, and people go on until enough has. */
const forMsMax = 120_000;
const restWithinMs = 90_000;

interface Author {
  readonly who: Neighbour;
  readonly diary: Diary;
  readonly answers: Answered[];
}

/** What anyone can see of a room's contents, by id and by seq. */
function contents({ theme, items, seq, chat }: RoomView): object {
  const byId = [...items.values()].toSorted((a, b) => a.id - b.id);
  return { theme, seq, items: byId, chat };
}

type Shown = Omit<Item, 'seq'>;

function shown(items: readonly Shown[]): Shown[] {
  const each = items.map(({ id, kind, place, x, y, rotation, color }) => ({ id, kind, place, x, y, rotation, color }));
  return each.toSorted((a, b) => a.id - b.id);
}

interface RestRoom {
  readonly seq: number;
  readonly theme: { readonly wallpaper: string; readonly flooring: string; readonly light: string };
  readonly items: readonly Shown[];
}

async function asRestShows(origin: string, roomId: string, cookie: string): Promise<object> {
  const response = await fetch(`${origin}/v1/rooms/${roomId}`, { headers: { cookie } });
  const { room } = (await response.json()) as { room: RestRoom };
  return { seq: room.seq, theme: room.theme, items: shown(room.items) };
}

function asViewShows({ seq, theme: { wallpaper, flooring, light }, items }: RoomView): object {
  return { seq, theme: { wallpaper, flooring, light }, items: shown([...items.values()]) };
}

/** The items and kinds of change a batch names; copies are received as new items. */
function trace(ops: readonly Op[]): string[] {
  const names = ops.flatMap((op): string[] => {
    switch (op.type) {
      case 'duplicate':
        return op.copies.map(({ to }) => `put ${to}`);
      case 'put':
      case 'patch':
      case 'remove':
        return [`${op.type} ${op.id}`];
      case 'say':
        return [`say ${op.text}`];
      default:
        return [op.type];
    }
  });
  return names.toSorted();
}

/** Every acknowledged batch is in the room under its seq, nothing of this author is there besides, or twice. */
function expectEachOnce({ who, diary, answers }: Author, watcher: Neighbour, id: string): void {
  assert.equal(who.unproven, 0, `${who.name} was left without an answer`);
  assert.equal(diary.outcomes.length, diary.made, `${who.name} has an answer to each batch`);
  const inRoom = new Map(watcher.changes.filter(({ author }) => author?.id === id).map(({ seq, ops }) => [seq, ops]));
  const applied = answers.filter(({ outcome }) => outcome.status === 'applied' || outcome.status === 'duplicate');
  for (const { ops, outcome } of applied) {
    assert('seq' in outcome);
    const there = inRoom.get(outcome.seq);
    assert(there, `${who.name}'s batch at ${outcome.seq} is in the room`);
    const superseded = new Set(trace(ops));
    assert(trace(there).every((name) => superseded.has(name)), `${trace(there)} at ${outcome.seq} is ${trace(ops)}`);
  }
  assert.equal(inRoom.size, applied.length, `${who.name}'s batches in the room are those acknowledged`);
}

/** What has not happened yet, of all without which a run proves nothing. */
function uneventful({ who, answers }: Author, watcher: Neighbour): string[] {
  const member = who.room.member ?? 0;
  const done = new Set(answers.flatMap(({ ops, outcome }) => (outcome.status === 'rejected' ? [] : ops.map(({ type }) => type))));
  const missing: string[] = (['put', 'patch', 'remove', 'duplicate', 'setTheme', 'say'] as const).filter((type) => !done.has(type));
  if (!watcher.drags.includes(member)) missing.push('to be seen dragging');
  if (!watcher.typings.includes(member)) missing.push('to be seen writing');
  return missing.map((what) => `${who.name} has ${what} to do yet`);
}

/** Nothing was missed or told twice by someone whose line was good. */
function expectUnbroken(watcher: Neighbour): void {
  const seqs = watcher.changes.map(({ seq }) => seq);
  const [first = 0] = seqs;
  assert.deepEqual(seqs, seqs.map((_, index) => first + index), `${watcher.name} was told of each change in order`);
  assert.deepEqual(watcher.left, [], `${watcher.name} saw someone leave`);
  assert.equal(watcher.losses, 0, `${watcher.name} lost the line: ${watcher.problems.join('; ')}`);
}

function expectSaid(diary: Diary, chat: readonly ChatLine[]): void {
  for (const { text, outcome } of diary.said) {
    assert(outcome?.status === 'applied' || outcome?.status === 'duplicate', `"${text}" was ${JSON.stringify(outcome)}`);
    assert.equal(chat.filter((line) => line.text === text).length, 1, `"${text}" is there once`);
  }
}

function recorded(who: Neighbour): Author {
  const answers: Answered[] = [];
  who.room.on('ack', (answered) => void answers.push(answered));
  return { who, diary: newDiary(), answers };
}

async function busy(authors: readonly Author[], chance: Chance, isOver: () => boolean): Promise<void> {
  const everyone = authors.map(({ who, diary }) => new Habits(who, chance, diary));
  while (!isOver()) {
    chance.pick(everyone).act();
    await new Promise((resolve) => {
      setTimeout(resolve, chance.whole(20, 100));
    });
  }
}

async function settled(everyone: readonly Neighbour[]): Promise<void> {
  const calm = ({ room }: Neighbour): boolean => room.state.name === 'inside' && room.view.unsaved === 0;
  await until('everyone is inside and nothing is unsaved', () => everyone.every(calm), restWithinMs);
  const seqs = (): number[] => everyone.map(({ room }) => room.view.seq);
  await until(`everyone has come as far (${seqs().join(', ')})`, () => new Set(seqs()).size === 1, restWithinMs);
}

/** One run; what it went through, for the log. */
export async function together(maru: Maru, seed: number): Promise<string> {
  const chance = new Chance(seed);
  const link = await BadLink.to(Number(new URL(maru.url).port));
  const [owner, editor] = [await moveIn(maru.url, `owner ${seed}`), await moveIn(maru.url, `editor ${seed}`)];
  const at = { roomId: owner.roomId, random: chance.next };
  const bad = recorded(new Neighbour({ ...at, origin: `http://127.0.0.1:${link.port}`, cookie: owner.cookie, name: 'bad' }));
  const good = recorded(new Neighbour({ ...at, origin: maru.url, cookie: editor.cookie, name: 'good' }));
  const watcher = new Neighbour({ ...at, origin: maru.url, name: 'watcher' });
  const everyone = [bad.who, good.who, watcher];
  try {
    for (const who of everyone) {
      await who.enter();
    }
    const promoted = await bad.who.room.setRole(editor.id, 'editor');
    assert.equal(promoted.status, 'applied');
    await until('the editor may furnish', () => good.who.room.role === 'editor', 5_000);
    bad.answers.length = 0;
    const from = watcher.changes.length;
    const began = Date.now();
    const missing = (): string[] => [bad, good].flatMap((each) => uneventful(each, watcher));
    const isOver = (): boolean => {
      const ms = Date.now() - began;
      return ms > forMsMax || (ms > forMs && missing().length === 0);
    };
    await Promise.all([weather(link, schedule(chance, forMs)), busy([bad, good], chance, isOver)]);
    await settled(everyone);
    watcher.changes.splice(0, from);
    expectEachOnce(bad, watcher, owner.id);
    expectEachOnce(good, watcher, editor.id);
    expectUnbroken(watcher);
    assert.deepEqual(good.who.left, []);
    assert(bad.who.losses > 0 && link.broken > 0, 'the bad link was bad');
    assert.deepEqual(missing(), [], 'a run in which hardly anything happened proves nothing');
    for (const { room } of everyone) {
      assert.deepEqual(contents(room.view), contents(watcher.room.view));
    }
    for (const { diary } of [bad, good]) {
      expectSaid(diary, watcher.room.view.chat);
    }
    assert.deepEqual(asViewShows(watcher.room.view), await asRestShows(maru.url, owner.roomId, owner.cookie));
    return `${watcher.room.view.seq} changes, ${bad.who.losses} losses, ${link.broken} connections broken`;
  } finally {
    for (const { room } of everyone) {
      await room.stop();
    }
    link.close();
  }
}
