/** Where Maru says no: a full room, a session taken elsewhere, an edit refused, too much said at once. */
import assert from 'node:assert/strict';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

const full: Scenario = {
  name: 'a full room says so, and lets one in when somebody leaves',
  async run(stage) {
    const [owner, first, second] = await Promise.all([stage.page(), stage.page(), stage.page()]);
    await room.signIn(owner, 'leo', '/r/leo');
    await room.inside(owner);
    await room.manage(owner, 'settings');
    await owner.locator('dialog input[inputmode=numeric]').fill('1');
    await room.saveRules(owner);
    await room.enterAsGuest(first, '/r/leo', '먼저 온 곰');
    await room.inside(first);
    await room.enterAsGuest(second, '/r/leo', '나중 온 곰');
    await second.getByRole('heading', { name: '방이 꽉 찼어요' }).waitFor();
    await first.goto('/');
    await room.inside(second);
    await until('the newcomer is seen', () => owner.locator('header button[title]').allInnerTexts(), (texts) => texts.join(' ').includes('2'));
    await room.manage(owner, 'settings');
    await owner.locator('dialog input[inputmode=numeric]').fill('100');
    await room.saveRules(owner);
  },
};

const replaced: Scenario = {
  name: 'a session taken up in another window lets this one go, until it is asked back',
  async run(stage) {
    const a = await stage.page();
    // where locks are missing a duplicated tab is the server's to refuse
    const withoutLocks = (): void => void Object.defineProperty(navigator, 'locks', { value: undefined });
    await a.context().addInitScript(withoutLocks);
    await room.enterAsGuest(a, '/r/nabi', '두 창의 곰');
    await room.inside(a);
    const kept = await a.evaluate(() => Object.entries(sessionStorage));
    const b = await a.context().newPage();
    await b.addInitScript((entries: [string, string][]) => {
      for (const [key, value] of entries) {
        sessionStorage.setItem(key, value);
      }
    }, kept);
    await b.goto('/r/nabi');
    await room.inside(b);
    await a.getByRole('heading', { name: '다른 곳에서 들어왔어요' }).waitFor();
    await a.getByRole('button', { name: '여기로 돌아오기' }).click();
    await room.inside(a);
  },
};

const refusedEdit: Scenario = {
  name: 'an edit the server refuses goes back by itself, and the reason is said',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page()]);
    let hold = false;
    const held: (string | Buffer)[] = [];
    let release = (): void => undefined;
    // A hears nothing for a while: what B does meanwhile is in the way
    await a.routeWebSocket(/\/live$/u, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => server.send(message));
      server.onMessage((message) => (hold ? held.push(message) : socket.send(message)));
      release = () => {
        hold = false;
        for (const message of held.splice(0)) {
          socket.send(message);
        }
      };
    });
    for (const page of [a, b]) {
      await room.signIn(page, 'haneul', '/r/haneul');
      await room.inside(page);
      await room.decorate(page);
    }
    const gift = await room.item(a, 'gift');
    hold = true;
    await b.locator(`[data-item-id="${gift.id}"]`).focus();
    await b.keyboard.press('Delete');
    await room.saved(b);
    await a.locator(`[data-item-id="${gift.id}"]`).focus();
    await a.keyboard.press('KeyR');
    await until('A sees its own edit at once', () => room.items(a), (all) => all.find(({ id }) => id === gift.id)?.rot === 1);
    release();
    await a.locator('[data-testid=toast]').getByText('누가 벌써 치운 물건이에요.').waitFor();
    await until('A is where everyone is', () => room.items(a), (all) => !all.some(({ id }) => id === gift.id));
    await room.saved(a);
    await b.keyboard.press('Control+z');
    await until('the gift is back', () => room.items(a), (all) => all.some(({ kind }) => kind === 'gift'));
    await room.saved(b);
  },
};

const slowly: Scenario = {
  name: 'who talks too fast is told how long to wait, and nothing said is lost',
  async run(stage) {
    const a = await stage.page();
    await room.signIn(a, 'ondol', '/r/ondol');
    await room.inside(a);
    await a.locator('h1').click();
    const note = (): Promise<string> => a.locator('[data-testid=chat-note]').innerText();
    const cheer = async (): Promise<string> => {
      await a.keyboard.press('5');
      return note();
    };
    assert.match(await until('the note', cheer, (text) => text !== ''), /천천히요, \d+초 뒤에 다시 말할 수 있어요/u);
    await a.keyboard.press('5');
    const cheers = (all: readonly string[]): number => all.filter((line) => line === '🎉').length;
    const meant = cheers(await room.said(a));
    await until('it goes by', note, (text) => text === '');
    await until('all is said', () => a.locator('[data-testid=chat-log] [class*=pending]').count(), (count) => count === 0);
    assert.equal(cheers(await room.said(a)), meant, 'no more, no less');
    await room.say(a, '이제 천천히');
    await until('one talks again', () => room.said(a), (all) => all.includes('이제 천천히'));
  },
};

export const limits = [full, replaced, refusedEdit, slowly];
