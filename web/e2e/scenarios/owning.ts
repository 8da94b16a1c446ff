/** The owner's say: who comes in, who is sent out, who talks, who decorates; and what those people read. */
import assert from 'node:assert/strict';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

const door: Scenario = {
  name: 'the owner closes the room: a guest is put out, a stranger stays out, everyone reads why',
  async run(stage) {
    const [owner, guest, friend, stranger] = await Promise.all([stage.page(), stage.page(), stage.page({ locale: 'en-US' }), stage.page({ locale: 'en-US' })]);
    await room.signIn(owner, 'pixel_june', '/r/pixel_june');
    await room.inside(owner);
    await room.enterAsGuest(guest, '/r/pixel_june');
    await room.signIn(friend, 'ada', '/r/pixel_june');
    await Promise.all([room.inside(guest), room.inside(friend)]);
    await room.manage(owner, 'settings');
    await owner.locator('dialog input').first().fill('픽셀 아지트');
    await owner.locator('[data-testid=switch-guests]').uncheck();
    await room.saveRules(owner);
    await guest.getByRole('heading', { name: '문이 닫혀 있어요' }).waitFor();
    await guest.getByRole('link', { name: '로그인' }).waitFor();
    assert.equal(await guest.locator('[data-testid=chat-field]').count(), 0, 'who is out hears no more');
    await friend.getByText('The room is now called “픽셀 아지트”.').waitFor();
    await until('the friend reads the name', () => friend.locator('header h1').innerText(), (name) => name === '픽셀 아지트');
    await until('two are left', () => room.stats(owner), (answer) => answer?.people === 2);

    await room.manage(owner, 'settings');
    await owner.locator('[data-testid=switch-locked]').check();
    await room.saveRules(owner);
    await friend.getByText('The owner has locked the door.').waitFor();
    await friend.locator('[data-testid=door]').getByText('Locked').waitFor();
    await room.inside(friend);
    await room.signIn(stranger, 'leo', '/r/pixel_june');
    await stranger.getByRole('heading', { name: 'The door is locked' }).waitFor();

    await room.manage(owner, 'settings');
    await owner.locator('[data-testid=switch-locked]').uncheck();
    await room.saveRules(owner);
    await room.inside(stranger);

    await room.manage(owner, 'settings');
    await owner.locator('input[value=private]').check();
    await owner.getByText('이제 있을 수 없게 된 사람은').waitFor();
    await room.saveRules(owner);
    for (const page of [friend, stranger]) {
      await page.getByRole('heading', { name: 'The door is closed' }).waitFor();
    }
    await until('the owner is alone', () => room.stats(owner), (answer) => answer?.people === 1);
  },
};

const sentOut: Scenario = {
  name: 'who is kicked may come again, who is banned may not, until the owner takes it back',
  async run(stage) {
    const [owner, visitor] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(owner, 'bora_kitchen', '/r/bora_kitchen');
    await room.signIn(visitor, 'noah', '/r/bora_kitchen');
    await Promise.all([room.inside(owner), room.inside(visitor)]);
    await room.about(owner, 'Noah');
    await room.decide(owner, '내보내기');
    await visitor.getByRole('heading', { name: '방에서 나왔어요' }).waitFor();
    await owner.locator('[data-person=Noah]').waitFor({ state: 'detached' });
    await visitor.getByRole('button', { name: '다시 들어가기' }).click();
    await room.inside(visitor);

    await room.about(owner, 'Noah');
    await room.decide(owner, '못 들어오게 하기');
    await visitor.getByRole('heading', { name: '들어갈 수 없는 방이에요' }).waitFor();
    await visitor.reload();
    await visitor.getByRole('heading', { name: '들어갈 수 없는 방이에요' }).waitFor();

    await room.manage(owner, 'access');
    await owner.getByRole('button', { name: 'Noah 님을 다시 들어오게 하기' }).click();
    await owner.locator('dialog [data-person=Noah]').waitFor({ state: 'detached' });
    await room.closeDialog(owner);
    await visitor.reload();
    await room.inside(visitor);
  },
};

const quiet: Scenario = {
  name: 'who is muted cannot talk and reads why; the others see it; unmuted they talk again',
  async run(stage) {
    const [owner, visitor] = await Promise.all([stage.page(), stage.page({ locale: 'en-US' })]);
    await room.signIn(owner, 'dari', '/r/dari');
    await room.signIn(visitor, 'noah', '/r/dari');
    await Promise.all([room.inside(owner), room.inside(visitor)]);
    await room.about(owner, 'Noah');
    await room.decide(owner, '10분');
    await visitor.locator('[data-testid=chat-note]').getByText('asked you to be quiet').waitFor();
    await owner.locator('[data-person=Noah]').getByText('조용히 있는 중').waitFor();
    await room.say(visitor, 'can you hear me');
    assert.equal(await visitor.locator('[data-testid=chat-field]').inputValue(), 'can you hear me', 'it is not lost');
    await room.manage(owner, 'access');
    await owner.getByRole('button', { name: 'Noah 님을 다시 말하게 하기' }).click();
    await owner.locator('dialog [data-person=Noah]').waitFor({ state: 'detached' });
    await room.closeDialog(owner);
    await until('the note is gone', () => visitor.locator('[data-testid=chat-note]').innerText(), (note) => note === '');
    await visitor.locator('[data-testid=chat-field]').press('Enter');
    await owner.getByRole('tab', { name: '대화' }).click();
    await until('the owner hears it', () => room.said(owner), (lines) => lines.filter((line) => line === 'can you hear me').length === 1);
  },
};

const together: Scenario = {
  name: 'an editor decorates until the owner makes them a visitor again',
  async run(stage) {
    const [owner, editor] = await Promise.all([stage.page(), stage.page({ locale: 'en-US' })]);
    await room.signIn(owner, 'ondol', '/r/ondol');
    await room.signIn(editor, 'leo', '/r/ondol');
    await Promise.all([room.inside(owner), room.inside(editor)]);
    assert.equal(await editor.locator('header button', { hasText: 'Decorate' }).count(), 0);
    await room.about(owner, 'Leo');
    await room.decide(owner, '함께 꾸미기');
    await editor.getByText('You may decorate this room now.').waitFor();
    await owner.locator('[data-person=Leo]').getByText('함께 꾸미는 사람').waitFor();
    await room.decorate(editor);
    const [first] = await room.items(editor);
    assert.ok(first);
    await editor.locator(`[data-item-id="${first.id}"]`).focus();
    await editor.keyboard.press('Delete');
    await room.saved(editor);
    await until('the owner sees it', () => room.items(owner), (all) => !all.some(({ id }) => id === first.id));
    await editor.locator('[data-testid=manage]').click();
    await editor.locator('[data-testid=manage-history]').getByText(/^Leo took away/u).waitFor();
    assert.equal(await editor.locator('dialog [role=tab]').count(), 1, 'the rest is the owner’s');
    await room.closeDialog(editor);

    await room.about(owner, 'Leo');
    await room.decide(owner, '다시 방문자로');
    await editor.getByText('You are a visitor again.').waitFor();
    await editor.locator('[data-testid=edit-bar]').waitFor({ state: 'detached' });
  },
};

const status: Scenario = {
  name: 'one’s own status is seen by the others',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page({ locale: 'en-US' })]);
    await room.signIn(a, 'dari', '/r/mina');
    await room.signIn(b, 'ada', '/r/mina');
    await Promise.all([room.inside(a), room.inside(b)]);
    await a.getByRole('tab', { name: /^사람/u }).click();
    await a.locator('[data-status=busy]').click();
    await a.locator('[data-status=busy][aria-pressed=true]').waitFor();
    await b.getByRole('tab', { name: /^People/u }).click();
    await b.locator('[data-person=다리]').getByText('busy').waitFor();
    await a.locator('[data-status=available]').click();
    await until('it is over', () => b.locator('[data-person=다리]').innerText(), (text) => !text.includes('busy'));
  },
};

export const owning = [door, sentOut, quiet, together, status];
