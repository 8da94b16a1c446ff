/** Arranging more than one thing, with others looking on: selections, copies, layouts, history, drags, writing. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

/** How many are selected, as the toolbar says. */
const toolbar = (page: Page): Promise<string> => page.locator('[data-testid=item-toolbar]').innerText();

const several: Scenario = {
  name: 'several things are selected, copied, moved and removed as one, and taken back as one',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(a, 'sujin', '/r/sujin');
    await room.signIn(b, 'noah', '/r/sujin');
    await Promise.all([room.inside(a), room.inside(b)]);
    await room.decorate(a);
    const before = await room.items(a);
    await a.getByRole('tab', { name: '물건' }).click();
    const things = a.locator('[data-testid=panel] li button');
    await things.first().click();
    await things.nth(1).click({ modifiers: ['Shift'] });
    await until('two are selected', () => toolbar(a), (text) => text.includes('2개 선택'));
    await a.keyboard.press('Control+d');
    await room.saved(a);
    const copied = await until('B sees both copies', () => room.items(b), (all) => all.length === before.length + 2);
    const fresh = copied.filter(({ id }) => !before.some((each) => each.id === id));
    await a.keyboard.press('Delete');
    await room.saved(a);
    await until('B sees them gone', () => room.items(b), (all) => all.length === before.length);
    await a.keyboard.press('Control+z');
    await until('one step brings both back', () => room.items(b), (all) => fresh.every(({ kind, x, y }) => all.some((each) => each.kind === kind && each.x === x && each.y === y)));
    await a.keyboard.press('Control+a');
    await until('all are selected', () => toolbar(a), (text) => text.includes(`${before.length + 2}개 선택`));
    await a.keyboard.press('Escape');
    await a.locator('[data-testid=item-toolbar]').waitFor({ state: 'detached' });
    await a.keyboard.press('Control+z');
    await until('the copies are taken back', () => room.items(b), (all) => all.length === before.length);
    await room.saved(a);
  },
};

const shiftClick: Scenario = {
  name: 'Shift and a click adds to the selection; what is dragged takes the rest along',
  async run(stage) {
    const a = await stage.page();
    await room.signIn(a, 'haneul', '/r/haneul');
    await room.inside(a);
    await room.decorate(a);
    const one = await room.item(a, 'gift');
    const before = await room.items(a);
    await a.locator(`[data-item-id="${one.id}"]`).focus();
    await a.keyboard.press('Control+d');
    await room.saved(a);
    const two = (await room.items(a)).find(({ id }) => !before.some((each) => each.id === id));
    assert.ok(two);
    const middle = (item: room.Standing) => room.onScreen(a, item.x / 2 + 0.25, item.y / 2 + 0.25, 0.35);
    const [p, q] = [await middle(one), await middle(two)];
    await a.mouse.click(p.x, p.y);
    await a.keyboard.down('Shift');
    await a.mouse.click(q.x, q.y);
    await a.keyboard.up('Shift');
    await until('both are selected', () => toolbar(a), (text) => text.includes('2개 선택'));
    const isMoved = (all: readonly room.Standing[]): boolean => all.some(({ id, x, y }) => id === one.id && (x !== one.x || y !== one.y));
    // what was moved before may be in the way on one side
    for (const [dx, dy] of [[-1, 0], [0, 1], [1, 0], [0, -1], [-2, 2]] as const) {
      if (!isMoved(await room.items(a))) {
        await room.dragGift(a, one, dx, dy);
      }
    }
    await room.saved(a);
    const after = await room.items(a);
    const moved = [one, two].map(({ id, x, y }) => {
      const now = after.find((each) => each.id === id);
      return [(now?.x ?? 0) - x, (now?.y ?? 0) - y];
    });
    assert.deepEqual(moved[0], moved[1], 'both went the same way');
    assert.notDeepEqual(moved[0], [0, 0]);
    // as many steps as drags came through, and the copying
    const isBefore = (all: readonly room.Standing[]): boolean => JSON.stringify(all) === JSON.stringify(before);
    for (let step = 0; step < 8 && !isBefore(await room.items(a)); step += 1) {
      await a.keyboard.press('Control+z');
      await room.saved(a);
    }
    await until('all is as before', () => room.items(a), isBefore);
  },
};

const longPress: Scenario = {
  name: 'on a phone a long press adds to the selection',
  async run(stage) {
    const a = await stage.page({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
    await room.signIn(a, 'haneul', '/r/haneul');
    await room.inside(a);
    await room.decorate(a);
    const [fridge, piano] = [await room.item(a, 'fridge'), await room.item(a, 'piano')];
    await a.locator(`[data-item-id="${piano.id}"]`).evaluate((button) => button.focus());
    await a.locator('[data-testid=item-toolbar]').waitFor();
    const at = await room.onScreen(a, fridge.x / 2 + 0.6, fridge.y / 2 + 0.6, 1);
    const touch = await a.context().newCDPSession(a);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] });
    await until('both are selected', () => toolbar(a), (text) => text.includes('2개 선택'));
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await a.locator('[data-testid=item-toolbar]').getByText('2개 선택').waitFor();
  },
};

const focusKept: Scenario = {
  name: 'after Delete in the list of things the focus is on the next one',
  async run(stage) {
    const a = await stage.page();
    await room.signIn(a, 'yeoul', '/r/yeoul');
    await room.inside(a);
    await room.decorate(a);
    const focused = (): Promise<string> => a.evaluate(() => document.activeElement?.textContent ?? '');
    const ids = (await a.locator('[data-item-id]').evaluateAll((all) => all.map((each) => (each as HTMLElement).dataset.itemId))) as string[];
    await a.locator(`[data-item-id="${ids[2]}"]`).focus();
    await a.keyboard.press('Delete');
    await until('the hidden list goes on', () => a.evaluate(() => (document.activeElement as HTMLElement).dataset.itemId), (id) => id === ids[3]);
    await a.getByRole('tab', { name: '물건' }).click();
    const things = a.locator('[data-testid=panel] li button');
    const next = (await things.nth(1).textContent()) ?? '';
    await things.first().focus();
    await a.keyboard.press('Enter');
    await a.keyboard.press('Delete');
    await until('the panel goes on', focused, (text) => text === next);
    await room.saved(a);
    await a.keyboard.press('Control+z');
    await a.keyboard.press('Control+z');
    await until('both are back', () => room.items(a), (all) => all.length === ids.length);
    await room.saved(a);
  },
};

const layouts: Scenario = {
  name: 'a layout is kept, brought back for everyone, taken back and forgotten; the history tells of it',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page({ locale: 'en-US' })]);
    await room.signIn(a, 'mina', '/r/mina');
    await room.signIn(b, 'leo', '/r/mina');
    await Promise.all([room.inside(a), room.inside(b)]);
    const before = await room.items(a);
    await room.manage(a, 'layouts');
    await a.locator('[data-testid=layout-name]').fill('봄');
    await a.keyboard.press('Enter');
    await a.locator('[data-layout=봄]').waitFor();
    await room.closeDialog(a);

    await room.decorate(a);
    await a.locator(`[data-item-id="${before[0]?.id}"]`).focus();
    await a.keyboard.press('Delete');
    await a.getByRole('tab', { name: '벽지와 바닥' }).click();
    await a.locator('[data-light=night]').click();
    await room.saved(a);
    const changed = await room.items(a);
    assert.equal(changed.length, before.length - 1);

    const kinds = (all: readonly room.Standing[]): string => JSON.stringify(all.map(({ kind, place, x, y, rot }) => [kind, place, x, y, rot].join(' ')).toSorted());
    await room.manage(a, 'layouts');
    await a.getByRole('button', { name: '“봄” 불러오기' }).click();
    await a.locator('[data-testid=ask-yes]').click();
    await a.getByText('방을 “봄”의 모습으로 바꿨어요.').waitFor();
    await until('B sees the room as it was', () => room.items(b), (all) => kinds(all) === kinds(before));
    await a.getByRole('button', { name: '되돌리기' }).last().click();
    await until('B sees it taken back', () => room.items(b), (all) => kinds(all) === kinds(changed));
    await room.saved(a);

    await room.manage(a, 'history');
    const told = await until('the history tells', () => a.locator('[data-testid=manage-history] li span').allInnerTexts(), (lines) => lines.length > 2);
    assert.ok(told.some((line) => line === '미나 님이 “봄” 배치를 불러왔어요'), told.join('\n'));
    assert.ok(told.some((line) => /^미나 님이 .+ 치웠어요$/u.test(line)), told.join('\n'));
    await a.locator('dialog [role=tab]').nth(1).click();
    await a.getByRole('button', { name: '“봄” 지우기' }).click();
    await a.locator('[data-testid=ask-yes]').click();
    await a.locator('[data-layout=봄]').waitFor({ state: 'detached' });
  },
};

const onTheWay: Scenario = {
  name: 'others see what is being dragged, by whom, and who is writing',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page({ locale: 'en-US' })]);
    await room.signIn(a, 'haneul', '/r/haneul');
    await room.signIn(b, 'leo', '/r/haneul');
    await Promise.all([room.inside(a), room.inside(b)]);
    await room.decorate(a);
    const gift = await room.item(a, 'gift');
    const at = (dx: number, dy: number) => room.onScreen(a, (gift.x + dx) / 2 + 0.25, (gift.y + dy) / 2 + 0.25, 0.35);
    const [from, to] = [await at(0, 0), await at(-3, 1)];
    await a.mouse.move(from.x, from.y);
    await a.mouse.down();
    await a.mouse.move(from.x - 8, from.y, { steps: 3 });
    await a.mouse.move(to.x, to.y, { steps: 8 });
    await b.locator('[data-drag]').getByText('하늘').waitFor();
    assert.deepEqual(await room.item(b, 'gift'), gift, 'nothing is changed before it is put down');
    await a.keyboard.press('Escape');
    await a.mouse.up();
    await b.locator('[data-drag]').waitFor({ state: 'detached' });
    await room.saved(a);
    assert.deepEqual(await room.item(a, 'gift'), gift, 'Escape puts it back');

    await b.locator('[data-testid=chat-field]').pressSequentially('hm');
    await a.locator('[data-typing]').waitFor({ state: 'attached' });
    await a.locator('[data-testid=edit-bar] button', { hasText: '꾸미기 끝' }).click();
    await a.locator('[data-testid=typing]').getByText('Leo 님이 쓰는 중…').waitFor();
    await b.keyboard.press('Enter');
    await until('Leo has written', () => a.locator('[data-testid=typing]').innerText(), (text) => text === '');
    await a.locator('[data-typing]').waitFor({ state: 'detached' });
  },
};

export const arranging = [several, shiftClick, longPress, focusKept, layouts, onTheWay];
