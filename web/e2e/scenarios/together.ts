/** Two people in one room: each sees what the other does, and nothing saved is ever lost. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario, type Stage } from '../harness.ts';
import * as room from '../room.ts';

/** A walk across the room shows many places on the way; a teleport shows none. */
const placesOnTheWayMin = 6;
/** From the feet to the middle of the name tag below them. */
const nearPx = 60;
/** A leap of so much of the way is a teleport, however slow the machine draws. */
const leapShareMax = 0.5;

async function twoIn(stage: Stage): Promise<{ a: Page; b: Page }> {
  const [a, b] = await Promise.all([stage.page(), stage.page()]);
  await Promise.all([room.signIn(a, 'haneul', '/r/haneul'), room.signIn(b, 'leo', '/r/haneul')]);
  await Promise.all([room.inside(a), room.inside(b)]);
  return { a, b };
}

/** Every place at which `page` shows a name tag until it rests. */
async function watchWalk(page: Page, name: string): Promise<room.Point[]> {
  const seen: room.Point[] = [];
  let restingSince = Date.now();
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline && (seen.length < 3 || Date.now() - restingSince < 900)) {
    const at = await room.tagOf(page, name);
    const last = seen.at(-1);
    if (at && (!last || Math.hypot(at.x - last.x, at.y - last.y) > 0.5)) {
      seen.push(at);
      restingSince = Date.now();
    }
    await page.waitForTimeout(15);
  }
  return seen;
}

function strides(places: readonly room.Point[]): number[] {
  return places.slice(1).map((place, at) => Math.hypot(place.x - (places[at]?.x ?? 0), place.y - (places[at]?.y ?? 0)));
}

const walking: Scenario = {
  name: 'A walks, B sees every step of it and the same end',
  async run(stage) {
    const { a, b } = await twoIn(stage);
    const start = await room.walkTo(a, 4.4, 9.3);
    const startsAt = await room.onScreen(b, start.x, start.y);
    await until('B sees the start', () => room.tagOf(b, '하늘'), (tag) => tag !== null && Math.hypot(tag.x - startsAt.x, tag.y - startsAt.y) < nearPx);
    const watching = watchWalk(b, '하늘');
    const end = await room.walkTo(a, 9.2, 5.6);
    const places = await watching;
    const leap = Math.max(...strides(places));
    const way = strides(places).reduce((sum, stride) => sum + stride, 0);
    assert.ok(places.length >= placesOnTheWayMin, `B saw ${places.length} places`);
    assert.ok(leap < way * leapShareMax, `B saw a leap of ${leap} px on a way of ${way} px`);
    assert.ok(Math.hypot(end.x - 9.2, end.y - 5.6) < 0.5, `A ended at ${JSON.stringify(end)}`);
    const feet = await room.onScreen(b, end.x, end.y);
    const tag = await room.tagOf(b, '하늘');
    assert.ok(tag && Math.hypot(tag.x - feet.x, tag.y - feet.y) < nearPx, `B shows A at ${JSON.stringify(tag)}, not ${JSON.stringify(feet)}`);
  },
};

const furnishing: Scenario = {
  name: 'A moves an item, B sees it; A reloads and is back in place',
  async run(stage) {
    const { a, b } = await twoIn(stage);
    const stood = await room.walkTo(a, 7.2, 8.8);
    await room.decorate(a);
    const before = await room.item(a, 'gift');
    await room.dragGift(a, before, -3, 1);
    await room.saved(a);
    const after = await room.item(a, 'gift');
    assert.notDeepEqual(after, before);
    await until('B sees the gift moved', () => room.item(b, 'gift'), (gift) => gift.x === after.x && gift.y === after.y);
    await a.reload();
    await room.inside(a);
    assert.deepEqual(await room.item(a, 'gift'), after);
    const back = await room.ownPlace(a);
    assert.ok(back && Math.hypot(back.x - stood.x, back.y - stood.y) < 0.3, `A came back at ${JSON.stringify(back)}, not ${JSON.stringify(stood)}`);
    const people = await room.stats(b);
    assert.equal(people?.people, 2, 'a reload makes nobody twice');
  },
};

const powerCut: Scenario = {
  name: 'the server is killed and started again: both come back, every acknowledged edit is there',
  async run(stage) {
    const { a, b } = await twoIn(stage);
    await room.decorate(a);
    const gift = await room.item(a, 'gift');
    await a.locator(`[data-item-id="${gift.id}"]`).focus();
    for (const key of ['Control+d', 'Control+d', 'ArrowUp']) {
      await a.keyboard.press(key);
    }
    await room.saved(a);
    const acknowledged = await room.items(a);
    assert.equal(acknowledged.filter(({ kind }) => kind === 'gift').length, 3);
    await b.locator('[data-testid=chat-field]').fill('쓰다 만 말');
    await stage.maru.kill();
    const lost = (page: Page): Promise<void> => page.locator('[data-testid=connection][data-state=reconnecting]').waitFor();
    await Promise.all([lost(a), lost(b)]);
    await stage.maru.serve();
    await Promise.all([room.inside(a), room.inside(b)]);
    for (const page of [a, b]) {
      await until('the room is as acknowledged', () => room.items(page), (all) => JSON.stringify(all) === JSON.stringify(acknowledged));
    }
    assert.equal(await b.locator('[data-testid=chat-field]').inputValue(), '쓰다 만 말');
    await room.say(b, '다시 왔어요');
    await a.locator('[data-testid=edit-bar] button', { hasText: '꾸미기 끝' }).click();
    await until('A hears B again', () => room.said(a), (lines) => lines.includes('다시 왔어요'));
    await until('each is here once', () => room.stats(a), (answer) => answer?.people === 2);
  },
};

const undoing: Scenario = {
  name: 'taking back undoes one’s own edit and leaves the later one of another window',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page()]);
    for (const page of [a, b]) {
      await room.signIn(page, 'sujin', '/r/sujin');
      await room.inside(page);
      await room.decorate(page);
    }
    const before = await room.items(a);
    const [mine, theirs] = before.filter(({ place }) => place !== 0);
    assert.ok(mine && theirs, 'two things hang on the walls');
    const has = (item: room.Standing) => (all: room.Standing[]) => all.some(({ id }) => id === item.id);
    const lacks = (item: room.Standing) => (all: room.Standing[]) => !has(item)(all);
    const remove = async (page: Page, item: room.Standing): Promise<void> => {
      await page.locator(`[data-item-id="${item.id}"]`).focus();
      await page.keyboard.press('Delete');
      await room.saved(page);
    };
    await remove(a, mine);
    await until('B sees it gone', () => room.items(b), lacks(mine));
    await remove(b, theirs);
    await until('A sees the other gone', () => room.items(a), lacks(theirs));
    await a.keyboard.press('Control+z');
    const back = await until('one’s own is back', () => room.items(a), (all) => all.length === before.length - 1);
    assert.ok(back.some(({ kind, place, x, y }) => kind === mine.kind && place === mine.place && x === mine.x && y === mine.y));
    assert.ok(lacks(theirs)(back), 'the other’s edit stands');
    await a.keyboard.press('Control+Shift+z');
    await until('it is gone again', () => room.items(b), (all) => all.length === before.length - 2);
    await room.saved(a);
  },
};

export const together = [walking, furnishing, powerCut, undoing];
