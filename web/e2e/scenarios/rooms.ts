/** Several rooms of one person: made, named, put first, put away, deleted and had back; who decorates them; finding them. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

function card(page: Page, name: string): Locator {
  return page.locator(`li[data-room="${name}"]`);
}

/** Chooses something in the menu of a room's card. */
async function choose(page: Page, name: string, what: string): Promise<void> {
  await card(page, name).getByRole('button', { name: `“${name}”에 할 수 있는 일` }).click();
  await card(page, name).getByRole('button', { name: what, exact: true }).click();
}

/** Makes a room of a template, and is in it; its address. */
async function make(page: Page, name: string, template: string): Promise<string> {
  await page.goto('/rooms');
  await page.locator('[data-testid=make-room]').click();
  const form = page.locator('[data-testid=make-room-form]');
  await form.locator('input:not([type=radio])').fill(name);
  await form.locator(`input[value="template:${template}"]`).check({ force: true });
  await form.locator('[type=submit]').click();
  await page.waitForURL(/\/r\/\w+\/[0-9a-f-]{36}$/u);
  return new URL(page.url()).pathname;
}

/** Somebody new who has looked at their own room. */
async function settle(page: Page, name: string, handle: string): Promise<void> {
  await room.moveIn(page, name, '/');
  await page.goto(`/r/${handle}`);
  await room.inside(page);
}

const making: Scenario = {
  name: 'a room is made from a template, named, becomes the front room, and is copied',
  async run(stage) {
    const page = await stage.page();
    await settle(page, 'room maker', 'room_maker');
    const first = await page.locator('header h1').innerText();
    const address = await make(page, '작업실', 'citrus_miniroom');
    await room.inside(page);
    assert.equal(await page.locator('header h1').innerText(), '작업실');
    const things = (await room.items(page)).length;
    assert.ok(things > 10, 'it is furnished');

    await page.goto('/rooms');
    await card(page, first).locator('visible=true').waitFor();
    assert.equal(await page.locator('li[data-front=true]').getAttribute('data-room'), first);
    await choose(page, '작업실', '이름과 방문');
    await page.locator('[data-testid=room-settings] input:not([type=radio])').fill('귤 작업실');
    await page.locator('[data-testid=room-settings] input[value=followers]').check({ force: true });
    await page.locator('[data-testid=room-settings] [type=submit]').click();
    await card(page, '귤 작업실').getByText('팔로워만').waitFor();
    await choose(page, '귤 작업실', '대표 방으로 정하기');
    await page.locator('li[data-front=true][data-room="귤 작업실"]').waitFor();
    await page.goto(address);
    await page.waitForURL('**/r/room_maker');
    await page.getByRole('heading', { level: 1, name: '귤 작업실' }).waitFor();

    await page.goto('/rooms');
    await choose(page, '귤 작업실', '똑같이 하나 더 만들기');
    await page.locator('[data-testid=make-room-form] [type=submit]').click();
    await page.waitForURL(/\/r\/room_maker\/[0-9a-f-]{36}$/u);
    await room.inside(page);
    assert.equal((await room.items(page)).length, things, 'a copy has all of it');
  },
};

const shelving: Scenario = {
  name: 'a room is archived, deleted and had back, each of which can be undone',
  async run(stage) {
    const [owner, other] = await Promise.all([stage.page(), stage.page()]);
    await settle(owner, 'shelf keeper', 'shelf_keeper');
    const address = await make(owner, '창고', 'citrus_miniroom');
    await room.inside(owner);
    await room.signIn(other, 'ada', address);
    await room.inside(other);

    await owner.goto('/rooms');
    await choose(owner, '창고', '보관하기');
    await card(owner, '창고').waitFor({ state: 'detached' });
    await other.getByRole('heading', { name: '없어진 방이에요' }).waitFor();
    await owner.locator('[data-testid=toast]').getByRole('button', { name: '되돌리기' }).click();
    await card(owner, '창고').waitFor();
    await other.goto(address);
    await room.inside(other);

    await choose(owner, '창고', '보관하기');
    await owner.getByRole('tab', { name: '보관' }).click();
    await choose(owner, '창고', '지우기');
    await owner.getByText('보관한 방이 없어요.', { exact: false }).waitFor();
    await owner.getByRole('tab', { name: '지운 방' }).click();
    await card(owner, '창고').getByText('까지 되살릴 수 있어요', { exact: false }).waitFor();
    await card(owner, '창고').locator('[data-testid=restore-room]').click();
    await owner.getByText('지운 방이 없어요.', { exact: false }).waitFor();
    await owner.getByRole('tab', { name: '보관' }).click();
    await choose(owner, '창고', '다시 꺼내기');
    await owner.getByRole('tab', { name: '방', exact: true }).click();
    await card(owner, '창고').waitFor();
    await other.goto(address);
    await room.inside(other);
    assert.ok((await room.items(other)).length > 10, 'with everything in it');
  },
};

const decorators: Scenario = {
  name: 'somebody is let decorate a room from the list of rooms, and not any more',
  async run(stage) {
    const [owner, friend] = await Promise.all([stage.page(), stage.page()]);
    await settle(owner, 'room host', 'room_host');
    const address = await make(owner, '같이 꾸미는 방', 'citrus_miniroom');
    await room.signIn(friend, 'dari', address);
    await room.inside(friend);
    await owner.goto('/rooms');
    await choose(owner, '같이 꾸미는 방', '함께 꾸미는 사람');
    const dialog = owner.locator('[data-testid=editors]');
    await dialog.locator('input').fill('dari');
    await dialog.locator('[data-person=dari] button').click();
    await friend.getByText('이제 이 방을 함께 꾸밀 수 있어요.').waitFor();
    await room.decorate(friend);
    await dialog.locator('[data-person=dari] button').click();
    await dialog.getByText('아직 아무도 없어요.').waitFor();
    await friend.getByText('이제 방문자로 있어요.').waitFor();
    // and, taken back
    await owner.locator('[data-testid=toast]').getByRole('button', { name: '되돌리기' }).last().click();
    await dialog.locator('[data-person=dari]').waitFor();
    // who decorates it hangs posts in it as well, from when they were let
    await friend.getByRole('tab', { name: '글', exact: true }).click();
    await friend.locator('[data-testid=hang]').click();
    const composer = friend.locator('dialog [data-testid=composer]');
    await composer.locator('[data-testid=room] option:checked').filter({ hasText: '같이 꾸미는 방 (room host 님의 방)' }).waitFor({ state: 'attached' });
    await composer.locator('[data-testid=composer-text]').fill('친구 방에 거는 글');
    await composer.locator('[data-testid=publish]').click();
    await friend.locator('[data-testid=room-posts]').getByText('친구 방에 거는 글').waitFor();
  },
};

const layouts: Scenario = {
  name: 'a layout kept from outside is brought back for everybody inside',
  async run(stage) {
    const [owner, watcher] = await Promise.all([stage.page(), stage.page()]);
    await settle(owner, 'layout keeper', 'layout_keeper');
    const address = await make(owner, '철마다 바꾸는 방', 'citrus_miniroom');
    await room.inside(owner);
    await room.signIn(watcher, 'leo', address);
    await room.inside(watcher);
    const before = (await room.items(watcher)).length;
    const settings = await owner.context().newPage();
    await settings.goto('/rooms');
    await choose(settings, '철마다 바꾸는 방', '배치');
    await settings.locator('[data-testid=layout-name]').fill('가을');
    await settings.locator('[data-testid=layouts] [type=submit]').click();
    await settings.locator('[data-layout="가을"]').waitFor();

    await room.decorate(owner);
    await owner.keyboard.press('Control+a');
    await owner.keyboard.press('Delete');
    await room.saved(owner);
    await until('the room is bare', () => room.items(watcher), (items) => items.length === 0);
    await settings.locator('[data-layout="가을"]').getByRole('button', { name: '“가을” 불러오기' }).click();
    await settings.locator('[data-testid=ask-yes]').click();
    await until('everything is back', () => room.items(watcher), (items) => items.length === before);
    await choose(settings, '철마다 바꾸는 방', '배치');
    await settings.locator('[data-layout="가을"]').getByRole('button', { name: '“가을” 지우기' }).click();
    await settings.locator('[data-testid=ask-yes]').click();
    await settings.locator('[data-layout="가을"]').waitFor({ state: 'detached' });
  },
};

const finding: Scenario = {
  name: 'rooms are found by their name and on their owner’s profile; what is not open is not',
  async run(stage) {
    const [owner, other] = await Promise.all([stage.page(), stage.page()]);
    await settle(owner, 'hide seek', 'hide_seek');
    await make(owner, '숨은그림찾기방', 'citrus_miniroom');
    await room.signIn(other, 'nabi', '/people?in=rooms');
    await other.getByRole('searchbox').fill('숨은그림찾기방');
    await other.locator('[data-testid=found-rooms] [data-room="숨은그림찾기방"]').waitFor();
    await other.goto('/u/hide_seek?show=rooms');
    await other.locator('[data-testid=section-rooms] [data-room="숨은그림찾기방"] a').click();
    await room.inside(other);

    await owner.goto('/rooms');
    await choose(owner, '숨은그림찾기방', '이름과 방문');
    await owner.locator('[data-testid=room-settings] input[value=private]').check({ force: true });
    await owner.locator('[data-testid=room-settings] [type=submit]').click();
    await other.getByRole('heading', { name: '문이 닫혀 있어요' }).waitFor();
    await other.goto('/people?q=숨은그림찾기방&in=rooms');
    await other.getByText('“숨은그림찾기방” 방을 찾지 못했어요.').waitFor();
  },
};

export const rooms = [making, shelving, decorators, layouts, finding];
