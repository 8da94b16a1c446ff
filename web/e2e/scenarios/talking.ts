/** Chat: one message each, in every way of writing. */
import assert from 'node:assert/strict';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

const conversation: Scenario = {
  name: 'what one says everyone reads once, and it is there after a reload',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page({ locale: 'en-US' })]);
    await Promise.all([room.signIn(a, 'dari', '/r/dari'), room.signIn(b, 'ada', '/r/dari')]);
    await Promise.all([room.inside(a), room.inside(b)]);
    await room.say(a, '물 줬어요 🌱');
    await room.say(b, 'Lovely monstera!');
    for (const page of [a, b]) {
      const lines = await until('both lines', () => room.said(page), (all) => all.includes('물 줬어요 🌱') && all.includes('Lovely monstera!'));
      assert.equal(lines.filter((line) => line === '물 줬어요 🌱').length, 1);
    }
    await b.reload();
    await room.inside(b);
    await until('the log is back', () => room.said(b), (all) => all.filter((line) => line === 'Lovely monstera!').length === 1);
  },
};

const composing: Scenario = {
  name: 'one Enter while composing Korean sends exactly one whole message',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page()]);
    await Promise.all([room.signIn(a, 'dari', '/r/dari'), room.signIn(b, 'ada', '/r/dari')]);
    await Promise.all([room.inside(a), room.inside(b)]);
    await a.locator('[data-testid=chat-field]').click();
    const ime = await a.context().newCDPSession(a);
    await ime.send('Input.imeSetComposition', { text: '안녕하세', selectionStart: 4, selectionEnd: 4 });
    await ime.send('Input.imeSetComposition', { text: '안녕하세요', selectionStart: 5, selectionEnd: 5 });
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 };
    await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...enter });
    await ime.send('Input.insertText', { text: '안녕하세요' });
    await ime.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter });
    await until('B reads it', () => room.said(b), (lines) => lines.includes('안녕하세요'));
    await room.say(a, '끝');
    const lines = await until('B reads the next', () => room.said(b), (all) => all.includes('끝'));
    assert.equal(lines.filter((line) => line.includes('안녕')).length, 1, JSON.stringify(lines));
    assert.equal(await a.locator('[data-testid=chat-field]').inputValue(), '');
  },
};

const emotes: Scenario = {
  name: 'keys 1 to 6 are emotes, but not while writing',
  async run(stage) {
    const a = await stage.page();
    await room.signIn(a, 'ondol', '/r/ondol');
    await room.inside(a);
    await a.locator('[data-testid=chat-field]').fill('1');
    await a.locator('[data-testid=chat-field]').press('Escape');
    await a.keyboard.press('2');
    const lines = await until('the heart is said', () => room.said(a), (all) => all.includes('💖'));
    assert.ok(!lines.includes('👋'));
    assert.equal(await a.locator('[data-testid=chat-field]').inputValue(), '1');
  },
};

const offline: Scenario = {
  name: 'without a network the page says so and keeps what was written',
  async run(stage) {
    const a = await stage.page();
    await room.signIn(a, 'ondol', '/r/ondol');
    await room.inside(a);
    await a.context().setOffline(true);
    await a.locator('[data-testid=connection][data-state=offline]').waitFor();
    await room.say(a, '이따가 보낼 말');
    assert.equal(await a.locator('[data-testid=chat-field]').inputValue(), '이따가 보낼 말');
    await a.context().setOffline(false);
    await room.inside(a);
    await until('the connection is fine', () => a.locator('[data-testid=connection]').getAttribute('data-state'), (state) => state === 'fine');
    await a.locator('[data-testid=chat-field]').press('Enter');
    await until('it is said once', () => room.said(a), (lines) => lines.filter((line) => line === '이따가 보낼 말').length === 1);
    await until('one is here once', () => room.stats(a), (answer) => answer?.people === 1);
  },
};

export const talking = [conversation, composing, emotes, offline];
