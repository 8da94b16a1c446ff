/** What people write: posts, drafts, comments, reactions, and who sees them. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { until, type Scenario, type Stage } from '../harness.ts';
import * as room from '../room.ts';
import * as writing from '../writing.ts';
import { violations } from './access.ts';

/** Newcomers on pages of their own, each at /feed. */
async function newcomers<Names extends readonly string[]>(stage: Stage, ...names: Names): Promise<{ [at in keyof Names]: Page }> {
  const pages = await Promise.all(names.map(() => stage.page()));
  await Promise.all(pages.map((page, at) => room.moveIn(page, names[at] ?? '', '/feed')));
  return pages as { [at in keyof Names]: Page };
}

async function follow(page: Page, handle: string): Promise<void> {
  await page.goto(`/u/${handle}`);
  await page.locator('[data-testid=follow]').click();
  await page.locator('[data-testid=follow][data-state=following]').waitFor();
}

const heard: Scenario = {
  name: 'a post reaches whoever follows, with its tags and people, and what they do with it comes back',
  async run(stage) {
    const [writer, reader] = await newcomers(stage, 'post writer', 'post reader');
    await follow(reader, 'post_writer');
    await writing.write(writer, '오늘의 #뜨개질 @post_reader 같이 해요');
    await reader.goto('/notifications');
    await reader.locator('[data-kind=mention] a').click();
    await reader.waitForURL('**/p/*');
    await reader.locator('[data-testid=post]').getByRole('link', { name: '#뜨개질' }).click();
    await reader.waitForURL(`**/tags/${encodeURIComponent('뜨개질')}`);
    await writing.card(reader, '오늘의 #뜨개질').waitFor();
    await reader.goto('/feed');
    const post = writing.card(reader, '오늘의 #뜨개질');
    await post.locator('[data-testid=react]').click();
    await post.locator('[data-reaction=heart]').waitFor();
    await post.locator('[data-testid=react-others]').click();
    await post.locator('[data-kind=cheer]').click();
    await post.locator('[data-reaction=cheer]').waitFor();
    await post.locator('[data-testid=comments-link]').click();
    await reader.locator('[data-testid=comment-form] textarea').fill('좋아요, 내일 봐요');
    await reader.locator('[data-testid=comment-form] [type=submit]').click();
    await reader.locator('[data-testid=comment]', { hasText: '내일 봐요' }).waitFor();
    await until('the post counts its comment', () => reader.locator('[data-testid=comment-count]').innerText(), (count) => count === '1');

    await writer.goto('/notifications');
    await writer.locator('[data-kind=reaction]').waitFor();
    await writer.locator('[data-kind=comment] a').click();
    await writer.waitForURL('**/p/*#comments');
    await writer.locator('[data-testid=comment]', { hasText: '내일 봐요' }).waitFor();
    await until('the writer sees the reaction', () => writer.locator('[data-testid=reaction-count]').innerText(), (count) => count === '1');
  },
};

const undone: Scenario = {
  name: 'what the server refuses is taken back where it was shown, and said',
  async run(stage) {
    const [page] = await newcomers(stage, 'undo one');
    const post = await writing.write(page, '되돌려 볼 글');
    for (const what of ['reaction', 'bookmark']) {
      await page.route(`**/v1/posts/*/${what}`, (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ code: 'unavailable', status: 503 }) }));
    }
    await post.locator('[data-testid=react]').click();
    await page.locator('[data-testid=toast]').getByText('서버가 쉬고 있어요').waitFor();
    await post.locator('[data-testid=react][data-reaction=""]').waitFor();
    assert.equal(await post.locator('[data-testid=reaction-count]').count(), 0);
    await post.locator('[data-testid=bookmark]').click();
    await post.locator('[data-testid=bookmark][aria-pressed=false]').waitFor();
    await page.unroute('**/v1/posts/*/bookmark');
    await post.locator('[data-testid=bookmark]').click();
    await post.locator('[data-testid=bookmark][aria-pressed=true]').waitFor();
    await page.goto('/bookmarks');
    await writing.card(page, '되돌려 볼 글').waitFor();
  },
};

const completing: Scenario = {
  name: 'tags and people are completed while one writes, with the keyboard alone',
  async run(stage) {
    const [first, second] = await newcomers(stage, 'tag first', 'tag second');
    await writing.write(first, '겨울밤 이야기 #겨울밤산책');
    const field = second.locator('[data-testid=composer-text]');
    await field.focus();
    await field.pressSequentially('나도 #겨울');
    await second.locator('[data-testid=suggestions] [role=option]', { hasText: '#겨울밤산책' }).waitFor();
    await second.keyboard.press('Enter');
    await until('the tag is completed', () => field.inputValue(), (text) => text === '나도 #겨울밤산책 ');
    await field.pressSequentially('@tag_fi');
    await second.locator('[data-testid=suggestions] [role=option]', { hasText: '@tag_first' }).waitFor();
    assert.deepEqual(await violations(second), [], 'suggestions');
    await second.keyboard.press('Tab');
    await until('the handle is completed', () => field.inputValue(), (text) => text === '나도 #겨울밤산책 @tag_first ');
    await second.keyboard.press('Control+Enter');
    await writing.card(second, '나도').waitFor();
  },
};

const kept: Scenario = {
  name: 'a draft is kept on the server while one writes, and goes out when one says so',
  async run(stage) {
    const [page] = await newcomers(stage, 'draft one');
    await writing.compose(page, '쓰다 만 글');
    await page.locator('[data-testid=composer][data-draft=saved]').waitFor();
    await page.goto('/drafts');
    const draft = page.locator('[data-testid=draft]', { hasText: '쓰다 만 글' });
    await draft.locator('[data-testid=write-on]').click();
    const dialog = page.locator('dialog');
    await dialog.locator('[data-testid=composer-text]').fill('다 쓴 글');
    await dialog.locator('[data-testid=put-off]').click();
    await dialog.locator('[data-testid=publish]').click();
    await page.locator('[data-testid=draft][data-state=scheduled]', { hasText: '다 쓴 글' }).waitFor();
    await page.goto('/u/draft_one?show=posts');
    await page.getByText('아직 글이 없어요.').waitFor();
    await page.goto('/drafts');
    await page.locator('[data-testid=publish-draft]').click();
    await page.getByText('임시 글이 없어요.', { exact: false }).waitFor();
    await page.goto('/u/draft_one?show=posts');
    await writing.card(page, '다 쓴 글').waitFor();
  },
};

const unsent: Scenario = {
  name: 'what was not sent yet waits where it was written, or among the drafts',
  async run(stage) {
    const [page] = await newcomers(stage, 'unsent one');
    const id = await writing.idOf(await writing.write(page, '댓글 받을 글'));
    const home = page.locator('header a[href="/"]').first();
    await page.goto(`/p/${id}`);
    const comment = page.locator('[data-testid=comment-form] textarea');
    await comment.fill('반쯤 쓴 댓글');
    await home.click();
    await page.locator('[data-testid=random-visit]').waitFor();
    await page.goto(`/p/${id}`);
    assert.equal(await comment.inputValue(), '반쯤 쓴 댓글', 'a comment waits');
    await page.locator('[data-testid=comment-form] [type=submit]').click();
    await page.locator('[data-testid=comment]', { hasText: '반쯤 쓴 댓글' }).waitFor();
    await page.reload();
    await page.locator('[data-testid=comment]').waitFor();
    assert.equal(await comment.inputValue(), '', 'until it is sent');

    // gone before it was saved: saved on the way out
    await page.goto('/feed');
    await writing.compose(page, '나가면서 남긴 글');
    await home.click();
    await page.locator('[data-testid=toast]').getByText('쓰던 글은 임시 글에 있어요.').waitFor();
    await page.locator('[data-testid=toast]').getByRole('button', { name: '임시 글' }).click();
    await page.locator('[data-testid=draft]', { hasText: '나가면서 남긴 글' }).waitFor();

    // and where it cannot be saved, it waits in the tab
    await page.goto('/feed');
    assert.equal(await page.locator('[data-testid=composer-text]').inputValue(), '', 'nothing is written twice');
    await page.route('**/v1/posts', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    await writing.compose(page, '끊긴 사이에 쓴 글');
    await page.locator('[data-testid=composer][data-draft=failed]').waitFor();
    await home.click();
    await page.locator('[data-testid=toast]').getByText('임시 저장하지 못했어요', { exact: false }).waitFor();
    await page.unroute('**/v1/posts');
    await page.goto('/feed');
    assert.equal(await page.locator('[data-testid=composer-text]').inputValue(), '끊긴 사이에 쓴 글');
    await page.locator('[data-testid=composer][data-draft=saved]').waitFor();
    await page.goto('/drafts');
    await page.locator('[data-testid=draft]').nth(1).waitFor();
    assert.equal(await page.locator('[data-testid=draft]').count(), 2, 'each once');

    // one who stays need not write more for it to be saved
    await page.goto('/feed');
    await page.locator('[data-testid=composer-text]').waitFor();
    await page.context().setOffline(true);
    await writing.compose(page, '다시 이어진 글');
    await page.locator('[data-testid=composer][data-draft=failed]').waitFor();
    await page.context().setOffline(false);
    await page.locator('[data-testid=composer][data-draft=saved]').waitFor();
  },
};

const screened: Scenario = {
  name: 'whoever writes hears what became of their words: covered, held, refused',
  async run(stage) {
    const [page, other] = await newcomers(stage, 'screen one', 'screen two');
    await writing.compose(page, '야 시발 진짜');
    await writing.publish(page);
    await page.locator('[data-testid=toast]').getByText('여기서 쓸 수 없는 말을 가렸어요.').waitFor();
    await writing.card(page, '＊＊').waitFor();
    await writing.compose(page, '짱깨');
    await writing.publish(page);
    await page.locator('[data-testid=post][data-standing=held]').getByText('확인을 기다려요').waitFor();
    await other.goto('/u/screen_one?show=posts');
    await writing.card(other, '＊＊').waitFor();
    assert.equal(await other.locator('[data-testid=post-text]', { hasText: '짱깨' }).count(), 0, 'nobody else sees what is held');
    await page.route('**/v1/posts', (route) => (route.request().method() === 'POST' ? route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ code: 'content_refused', status: 422 }) }) : route.continue()));
    await writing.compose(page, '다시 쓸 말');
    await writing.publish(page);
    await page.locator('[data-testid=refused]').waitFor();
    assert.equal(await page.locator('[data-testid=composer-text]').inputValue(), '다시 쓸 말', 'what was written stays');
  },
};

const threads: Scenario = {
  name: 'comments are answered, changed and deleted, and the place of an answered one stays',
  async run(stage) {
    const [host, guest] = await newcomers(stage, 'thread host', 'thread guest');
    const id = await writing.idOf(await writing.write(host, '이야기 나눠요'));
    await guest.goto(`/p/${id}`);
    await guest.locator('[data-testid=comment-form] textarea').fill('첫 댓글');
    await guest.locator('[data-testid=comment-form] [type=submit]').click();
    await guest.locator('[data-testid=comment]', { hasText: '첫 댓글' }).waitFor();
    await host.goto(`/p/${id}`);
    await host.locator('[data-testid=reply]').click();
    await host.locator('[data-testid=reply-form] textarea').fill('첫 답글');
    await host.locator('[data-testid=reply-form] [type=submit]').click();
    await host.locator('[data-testid=comment]', { hasText: '첫 답글' }).waitFor();
    await host.locator('[data-testid=comment]', { hasText: '첫 댓글' }).locator('[data-testid=react]').click();
    await host.locator('[data-testid=comment]', { hasText: '첫 댓글' }).locator('[data-reaction=heart]').waitFor();

    await guest.reload();
    await guest.locator('[data-testid=replies]').click();
    await guest.locator('[data-testid=comment]', { hasText: '첫 답글' }).waitFor();
    await guest.locator('[data-testid=comment]', { hasText: '첫 댓글' }).locator('[data-testid=comment-more]').click();
    await guest.locator('dialog').getByRole('button', { name: '고치기' }).click();
    await guest.locator('[data-testid=edit-comment] textarea').fill('고친 댓글');
    await guest.locator('[data-testid=edit-comment] [type=submit]').click();
    await guest.locator('[data-testid=comment]', { hasText: '고친 댓글' }).waitFor();
    await guest.locator('[data-testid=comment]', { hasText: '고친 댓글' }).locator('[data-testid=comment-more]').click();
    await guest.locator('dialog').getByRole('button', { name: '지우기' }).click();
    await guest.locator('[data-testid=ask-yes]').click();
    await guest.locator('[data-testid=comment-gone]').waitFor();
    await guest.reload();
    await guest.locator('[data-testid=comment-gone]').waitFor();
    await guest.locator('[data-testid=replies]').click();
    await guest.locator('[data-testid=comment]', { hasText: '첫 답글' }).waitFor();
  },
};

const shownTo: Scenario = {
  name: 'a post is for whom it is for, behind a warning where there is one',
  async run(stage) {
    const [writer, fan, stranger] = await newcomers(stage, 'aud writer', 'aud fan', 'aud stranger');
    await follow(fan, 'aud_writer');
    await writing.compose(writer, '팔로워에게만 하는 말');
    await writer.locator('[data-testid=audience]').selectOption('followers');
    await writer.locator('[data-testid=add-warning]').click();
    await writer.locator('[data-testid=warning]').fill('영화 결말');
    await writing.publish(writer);
    const own = writer.locator('[data-testid=post]', { hasText: '영화 결말' });
    await own.waitFor();
    const id = await writing.idOf(own);
    await fan.goto('/feed');
    const post = fan.locator(`[data-post="${id}"]`);
    await post.getByText('보기 전에: 영화 결말').waitFor();
    assert.equal(await post.locator('[data-testid=post-text]').count(), 0, 'the text is behind its warning');
    await post.locator('[data-testid=unfold]').click();
    await post.getByText('팔로워에게만 하는 말').waitFor();
    await post.locator('[data-audience=followers]').waitFor();
    await stranger.goto(`/p/${id}`);
    await stranger.getByRole('heading', { level: 1, name: '볼 수 없는 글이에요' }).waitFor();
  },
};

const owned: Scenario = {
  name: 'one’s own post is changed with its history kept, pinned, quoted by others, and deleted',
  async run(stage) {
    const [writer, other] = await newcomers(stage, 'own writer', 'own other');
    await writing.write(writer, '처음 쓴 글');
    await writing.write(writer, '나중에 쓴 글');
    const first = writing.card(writer, '처음 쓴 글');
    const id = await writing.idOf(first);
    await writing.choose(writer, first, '고치기');
    await writer.locator('dialog [data-testid=composer-text]').fill('고쳐 쓴 글');
    await writer.locator('dialog [data-testid=publish]').click();
    const changed = writing.card(writer, '고쳐 쓴 글');
    await changed.getByText('고침').waitFor();
    await writing.choose(writer, changed, '고치기 전 글');
    await writer.locator('[data-testid=edits]').getByText('처음 쓴 글').waitFor();
    await room.closeDialog(writer);
    await writing.choose(writer, changed, '내 프로필에 고정');
    await other.goto('/u/own_writer?show=posts');
    await until('what is pinned comes first', () => other.locator('[data-testid=post]').first().getAttribute('data-post'), (top) => top === id);
    await other.locator('[data-testid=post]').first().locator('[data-testid=repost]').click();
    await other.locator('dialog').getByRole('button', { name: '인용하기' }).click();
    await other.locator('dialog [data-testid=composer-text]').fill('덧붙이는 말');
    await other.locator('dialog [data-testid=publish]').click();
    await other.waitForURL('**/p/*');
    await other.locator('[data-testid=quote]').getByText('고쳐 쓴 글').waitFor();
    await writing.choose(writer, changed, '지우기');
    await writer.locator('[data-testid=ask-yes]').click();
    await changed.waitFor({ state: 'detached' });
    await other.reload();
    await other.getByText('인용한 글을 볼 수 없어요.').waitFor();
  },
};

const inRoom: Scenario = {
  name: 'a post hangs in a room of one’s own',
  async run(stage) {
    const [page] = await newcomers(stage, 'hang one');
    await page.locator('[data-testid=room]').selectOption({ index: 1 });
    await writing.compose(page, '방에 거는 글');
    await writing.publish(page);
    const post = writing.card(page, '방에 거는 글');
    await post.locator('a[href^="/r/hang_one"]').waitFor();
  },
};

const inSharedRoom: Scenario = {
  name: 'a post hangs in a room one decorates with its owner, which the composer of the feed offers',
  async run(stage) {
    const [owner, editor] = await newcomers(stage, 'hang owner', 'hang editor');
    const rooms = editor.locator('[data-testid=room]');
    assert.equal(await rooms.locator('optgroup').count(), 0, 'nobody shares a room yet');
    const shared = await owner.evaluate(async () => {
      const { user } = await (await fetch('/v1/me')).json();
      return (await fetch(`/v1/rooms/${user.front_room_id}/editors/hang_editor`, { method: 'PUT' })).status;
    });
    assert.equal(shared, 200);
    await editor.reload();
    await rooms.locator('optgroup option', { hasText: 'hang owner 님의 방' }).waitFor({ state: 'attached' });
    await rooms.selectOption({ label: await rooms.locator('optgroup option').innerText() });
    assert.deepEqual(await violations(editor), [], 'rooms to hang in');
    await writing.compose(editor, '함께 꾸미는 방에 거는 글');
    await writing.publish(editor);
    await writing.card(editor, '함께 꾸미는 방에').locator('a[href^="/r/hang_owner"]').waitFor();
  },
};

const audited: Scenario = {
  name: 'axe finds nothing serious on the pages of posts, and nothing is cut off on a small phone',
  async run(stage) {
    const [page, phone] = [await stage.page(), await stage.page({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true })];
    await room.moveIn(page, 'axe writer', '/feed');
    await room.moveIn(phone, 'axe phone', '/feed');
    const id = await writing.idOf(await writing.write(page, '누구나 볼 수 있는 #글 @axe_phone https://a.example/아주/긴/주소/'));
    await writing.compose(page, '임시');
    await page.locator('[data-testid=save-draft]').click();
    await page.locator('[data-testid=composer][data-draft=saved]').waitFor();
    for (const path of ['/feed', `/p/${id}`, `/tags/${encodeURIComponent('글')}`, '/bookmarks', '/drafts', '/u/axe_writer?show=posts', '/']) {
      await page.goto(path);
      await page.locator('main h1').first().waitFor();
      await page.waitForLoadState('networkidle');
      assert.deepEqual(await violations(page), [], path);
      await phone.goto(path);
      await phone.locator('main h1').first().waitFor();
      await phone.waitForLoadState('networkidle');
      assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${path} fits a phone`);
    }
    await page.goto(`/p/${id}`);
    await page.locator('[data-testid=post-more]').click();
    await page.locator('[data-testid=post-choices]').waitFor();
    assert.deepEqual(await violations(page), [], 'more about a post');
    await room.closeDialog(page);
    await page.locator('[data-testid=react-others]').click();
    assert.deepEqual(await violations(page), [], 'reactions');
  },
};

export const posts = [heard, undone, completing, kept, unsent, screened, threads, shownTo, owned, inRoom, inSharedRoom, audited];
