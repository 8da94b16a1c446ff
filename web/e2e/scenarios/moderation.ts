/** Reports and what becomes of them: the queue, a decision, the appeal against it, the public log; and words not to be read. */
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { Scenario } from '../harness.ts';
import * as room from '../room.ts';
import { violations } from './access.ts';

/** In the dialog that is open. */
async function report(page: Page, reason: string, comment: string): Promise<void> {
  const form = page.locator('[data-testid=report]');
  await form.locator(`input[value=${reason}]`).check({ force: true });
  await form.locator('textarea').fill(comment);
  await form.locator('[type=submit]').click();
  await page.locator('[data-testid=toast]').getByText('운영진이 살펴볼게요', { exact: false }).first().waitFor();
}

const reporting: Scenario = {
  name: 'a person is reported, warned, appeals, and the decision is taken back',
  async run(stage) {
    const [reporter, warned, moderator, admin] = await Promise.all([stage.page(), stage.page(), stage.page(), stage.page()]);
    await room.moveIn(warned, 'warned one', '/');
    await room.moveIn(reporter, 'reporter one', '/u/warned_one');
    await reporter.locator('[data-testid=more-about]').click();
    await reporter.locator('[data-testid=relation-choices]').getByRole('button', { name: '신고하기', exact: false }).click();
    await report(reporter, 'spam', '광고만 해요');
    await reporter.goto('/settings/decisions');
    await reporter.locator('[data-testid=own-reports] [data-report=user]').getByText('살펴보기를 기다려요', { exact: false }).waitFor();

    await room.moveIn(moderator, 'desk one', '/');
    await moderator.goto('/moderation');
    await moderator.getByText('운영진만 볼 수 있어요.').waitFor();
    await stage.maru.promote('desk_one', 'moderator');
    await moderator.goto('/moderation');
    await moderator.locator('[data-testid=desk-open] [data-case=user]').filter({ hasText: 'warned_one' }).locator('a').click();
    await moderator.getByText('광고만 해요', { exact: false }).waitFor();
    const decide = moderator.locator('[data-testid=decide]');
    assert.equal(await decide.locator('input[value=remove]').count(), 0, 'people are not removed');
    await decide.locator('input[value=warn]').check({ force: true });
    await decide.locator('input[value=spam]').check({ force: true });
    await decide.locator('textarea').fill('처음이라 경고');
    await decide.locator('[type=submit]').click();
    await moderator.locator('[data-testid=toast]').getByText('결정했어요.').waitFor();
    await moderator.getByText('메모: 처음이라 경고').waitFor();

    await warned.goto('/notifications');
    await warned.locator('[data-kind=decision] a').click();
    await warned.waitForURL('**/settings/decisions');
    await warned.locator('[data-decision=warn] [data-testid=appeal-begin]').click();
    await warned.locator('[data-testid=appeal-dialog] textarea').fill('가게 소식을 물어봐서 답했어요');
    await warned.locator('[data-testid=appeal-dialog] [type=submit]').click();
    await warned.locator('[data-testid=appeal][data-state=open]').waitFor();

    await room.moveIn(admin, 'desk two', '/');
    await stage.maru.promote('desk_two', 'admin');
    await admin.goto('/moderation?show=appeals');
    await admin.locator('[data-appeal=warn]').getByText('가게 소식을 물어봐서 답했어요').waitFor();
    await admin.locator('[data-appeal=warn]').getByRole('button', { name: '결정 되돌리기' }).click();
    await admin.getByText('기다리는 이의가 없어요.').waitFor();
    await warned.reload();
    await warned.locator('[data-testid=appeal][data-state=overturned]').waitFor();

    // for everybody, and about nobody
    const anybody = await stage.page();
    await anybody.goto('/moderation/log');
    await anybody.locator('[data-testid=moderation-log] [data-action=warn][data-kind=user]').first().waitFor();
    assert.doesNotMatch(await anybody.locator('[data-testid=moderation-log]').innerText(), /warned/u);
  },
};

const said: Scenario = {
  name: 'a line said in a room and the room itself can be reported from inside',
  async run(stage) {
    const [talker, hearer] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(talker, 'noah', '/r/noah');
    await room.signIn(hearer, 'mina', '/r/noah');
    await Promise.all([room.inside(talker), room.inside(hearer)]);
    await room.say(talker, '이 말은 신고해 보세요');
    await hearer.locator('[data-testid=chat-log]').getByText('이 말은 신고해 보세요').waitFor();
    await hearer.locator('[data-testid=report-line]').click();
    await hearer.getByText('신고할 말을 골라 주세요.').waitFor();
    await hearer.locator('[data-testid=chat-log]').getByRole('button', { name: /말 신고하기$/u }).last().click();
    await report(hearer, 'abuse', '');
    await hearer.locator('[data-testid=report-room]').click();
    await report(hearer, 'other', '');
    await hearer.goto('/settings/decisions');
    await hearer.locator('[data-testid=own-reports] [data-report=chat_line]').waitFor();
    await hearer.locator('[data-testid=own-reports] [data-report=room]').waitFor();
  },
};

const mutedWords: Scenario = {
  name: 'a word is muted for a while, and read again',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'word muter', '/settings/privacy');
    const section = page.locator('[data-testid=muted-words]');
    await section.locator('[data-testid=mute-word] input:not([type=radio])').fill('스포일러');
    await section.locator('input[value=week]').check({ force: true });
    await section.locator('[type=submit]').click();
    await section.locator('[data-word="스포일러"]').getByText('까지', { exact: false }).waitFor();
    await page.reload();
    await section.locator('[data-word="스포일러"] button').click();
    await section.getByText('가린 말이 없어요.').waitFor();
    await page.locator('[data-testid=toast]').getByRole('button', { name: '되돌리기' }).click();
    await section.locator('[data-word="스포일러"]').waitFor();
  },
};

const mutedInRoom: Scenario = {
  name: 'what is said with a muted word is folded in the log and in no bubble, until one wants to read it',
  async run(stage) {
    const [talker, hearer] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(hearer, 'fold hearer', '/settings/privacy');
    const section = hearer.locator('[data-testid=muted-words]');
    await section.locator('[data-testid=mute-word] input:not([type=radio])').fill('결말');
    await section.locator('[type=submit]').click();
    await section.locator('[data-word="결말"]').waitFor();
    await room.signIn(talker, 'noah', '/r/noah');
    await room.inside(talker);
    await hearer.goto('/r/noah');
    await room.inside(hearer);
    await room.say(talker, '그 영화 결\u200B말은 말이지');
    await room.say(talker, '모르는 게 나아요');
    const log = hearer.locator('[data-testid=chat-log]');
    await log.getByText('모르는 게 나아요').waitFor();
    await hearer.locator('[data-testid=scene]').getByText('모르는 게 나아요').waitFor();
    assert.equal(await hearer.getByText('그 영화', { exact: false }).count(), 0, 'neither in the log nor in a bubble');
    assert.deepEqual(await violations(hearer), [], 'a folded line');
    await log.locator('[data-testid=muted-line]').focus();
    await hearer.keyboard.press('Enter');
    await log.getByText('그 영화', { exact: false }).waitFor();
    await hearer.keyboard.press('Enter');
    await log.getByText('그 영화', { exact: false }).waitFor({ state: 'detached' });
    // one's own words are one's own
    await room.say(hearer, '결말 몰라요');
    await log.getByText('결말 몰라요').waitFor();
    await talker.locator('[data-testid=chat-log]').getByText('그 영화', { exact: false }).waitFor();
  },
};

const maskedInRoom: Scenario = {
  name: 'whoever says a line hears on it that words were masked, and nobody else does',
  async run(stage) {
    const [talker, hearer] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(talker, 'noah', '/r/noah');
    await room.signIn(hearer, 'mina', '/r/noah');
    await Promise.all([room.inside(talker), room.inside(hearer)]);
    const [own, heard] = [talker, hearer].map((page) => page.locator('[data-testid=chat-log]')) as [Locator, Locator];
    await room.say(talker, '오늘은 날이 좋네요');
    await room.say(talker, '야 시발 진짜');
    await own.locator('[data-testid=masked-line]').getByText('여기서 쓸 수 없는 말을 가렸어요.').waitFor();
    await own.getByText('야 ＊＊ 진짜').waitFor();
    await room.say(talker, '미안해요');
    await heard.getByText('미안해요').waitFor();
    await own.locator('[class*=pending]').waitFor({ state: 'detached' });
    assert.equal(await own.locator('[data-testid=masked-line]').count(), 1, 'on the one line');
    await heard.getByText('야 ＊＊ 진짜').waitFor();
    assert.equal(await heard.locator('[data-testid=masked-line]').count(), 0, 'it is told to whoever said it');
    assert.deepEqual(await violations(talker), [], 'a masked line');
  },
};

export const moderation = [reporting, said, mutedWords, mutedInRoom, maskedInRoom];
