/** Pictures: sending them with a post, seeing them large, covering them, and one's own. */
import assert from 'node:assert/strict';
import type { JSHandle, Page } from 'playwright-core';
import { until, type Scenario } from '../harness.ts';
import { indexedPng } from '../png.ts';
import * as room from '../room.ts';
import * as writing from '../writing.ts';
import { violations } from './access.ts';

/** A picture with a slope of colours, so that it is like none of the others. */
function painted(width: number, height: number, hue: number): Buffer {
  const pixels = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at += 1) {
    pixels.set([hue, Math.floor(((at % width) / width) * 255), Math.floor((at / width / height) * 255), 255], at * 4);
  }
  return indexedPng(width, height, pixels);
}

async function attach(page: Page, ...files: readonly { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
  await page.locator('[data-testid=picture-files]').setInputFiles([...files]);
}

const sent: Scenario = {
  name: 'pictures are sent with a post, described, put in order, taken out, and seen large with the keyboard',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'picture one', '/feed');
    await attach(page, ...[40, 120, 200].map((hue, at) => writing.file(`${at}.png`, painted(64 + at * 32, 64, hue))));
    await page.locator('[data-testid=tray] [data-state=ready]').nth(2).waitFor();
    await page.locator('[data-testid=tray] textarea').nth(0).fill('첫 그림');
    await page.locator('[data-testid=tray] textarea').nth(1).fill('둘째 그림');
    await page.getByRole('button', { name: '사진 2 앞으로' }).click();
    assert.equal(await page.locator('[data-testid=tray] textarea').nth(0).inputValue(), '둘째 그림', 'the second is the first now');
    await page.getByRole('button', { name: '사진 3 빼기' }).click();
    assert.deepEqual(await violations(page), [], 'the pictures of a post being written');
    await writing.publish(page);
    const post = page.locator('[data-testid=post]').first();
    await post.locator('[data-testid=pictures] li').nth(1).waitFor();
    assert.equal(await post.locator('[data-testid=pictures] li').count(), 2);
    await post.getByRole('button', { name: /^둘째 그림/u }).focus();
    await page.keyboard.press('Enter');
    const viewer = page.locator('[data-testid=viewer]');
    await viewer.getByText('둘째 그림').waitFor();
    await viewer.locator('img').evaluate((image: HTMLImageElement) => image.decode());
    assert.deepEqual(await violations(page), [], 'the viewer');
    await page.keyboard.press('ArrowRight');
    await viewer.getByText('첫 그림').waitFor();
    await page.keyboard.press('Escape');
    await viewer.waitFor({ state: 'detached' });
  },
};

const still: Scenario = {
  name: 'pictures move nothing when they come, and their colours are there before them',
  async run(stage) {
    const [page, reader] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(page, 'still one', '/feed');
    await attach(page, writing.file('a.png', painted(160, 90, 90)));
    await page.locator('[data-testid=tray] [data-state=ready]').waitFor();
    await writing.compose(page, '조용한 사진');
    await writing.publish(page);
    const id = await writing.idOf(writing.card(page, '조용한 사진'));
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await reader.route('**/media/**', async (route) => {
      await released;
      await route.continue();
    });
    await reader.goto(`/p/${id}`);
    const pictures = reader.locator('[data-testid=pictures]');
    await pictures.waitFor();
    const before = await pictures.boundingBox();
    const isPainted = await pictures.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => canvas.getContext('2d')?.getImageData(0, 0, 1, 1).data[3] === 255);
    assert.ok(isPainted, 'the colours are there');
    release();
    await until('the picture is there', () => pictures.locator('img').first().evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0), (there) => there);
    assert.deepEqual(await pictures.boundingBox(), before, 'nothing moved');
  },
};

const covered: Scenario = {
  name: 'sensitive pictures are not even loaded before somebody wants to see them',
  async run(stage) {
    const [page, reader] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(page, 'cover one', '/feed');
    await attach(page, writing.file('a.png', painted(80, 80, 10)));
    await page.locator('[data-testid=tray] [data-state=ready]').waitFor();
    await page.locator('[data-testid=switch-sensitive]').check();
    await writing.compose(page, '가린 사진');
    await writing.publish(page);
    const id = await writing.idOf(writing.card(page, '가린 사진'));
    const loaded: string[] = [];
    reader.on('request', (request) => request.url().includes('/media/') && loaded.push(request.url()));
    await reader.goto(`/p/${id}`);
    await reader.locator('[data-testid=pictures][data-covered=true]').waitFor();
    await reader.waitForLoadState('networkidle');
    assert.deepEqual(loaded, []);
    await reader.locator('[data-testid=reveal]').click();
    await reader.locator('[data-testid=pictures][data-covered=false] img').first().waitFor();
    await until('it is loaded then', () => Promise.resolve(loaded.length), (count) => count > 0);
  },
};

const refused: Scenario = {
  name: 'what is no picture says so, and the post waits for what is left',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'refuse one', '/feed');
    await attach(page, { name: 'a.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await page.locator('[data-testid=toast]').getByText('PNG, JPEG, WebP, GIF 사진만 보낼 수 있어요.').waitFor();
    await attach(page, writing.file('broken.png', painted(64, 64, 5).subarray(0, 60)));
    await page.locator('[data-testid=tray] [data-state=failed]').getByRole('alert').waitFor();
    await writing.compose(page, '사진 없이라도');
    await writing.publish(page);
    await page.locator('[data-testid=composer-fault]').getByText('보내지 못한 사진이 있어요.').waitFor();
    await page.locator('[data-testid=take-picture]').click();
    await writing.publish(page);
    await writing.card(page, '사진 없이라도').waitFor();
  },
};

const own: Scenario = {
  name: 'a picture of one’s own stands on one’s profile until it is taken away',
  async run(stage) {
    const [page, visitor] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(page, 'face one', '/settings/profile');
    await page.locator('[data-testid=avatar-file]').setInputFiles(writing.file('me.png', painted(96, 96, 60)));
    await page.locator('[data-testid=toast]').getByText('이제 모두에게 보여요.').waitFor();
    // the form of the profile goes on from what it is now
    await page.locator('[data-testid=mood]').fill('사진을 바꿨어요');
    await page.locator('[data-testid=save]').click();
    await page.locator('[data-testid=save-note][data-state=saved]').waitFor();
    await visitor.goto('/u/face_one');
    await visitor.locator('[data-testid=profile-picture] img').waitFor();
    await visitor.locator('[data-testid=profile-picture]').click();
    await visitor.locator('[data-testid=viewer]').waitFor();
    await page.locator('[data-testid=remove-avatar]').click();
    await page.locator('[data-testid=toast]').getByText('사진을 지웠어요.').waitFor();
    await visitor.goto('/u/face_one');
    await visitor.locator('[data-testid=profile]').waitFor();
    assert.equal(await visitor.locator('[data-testid=profile-picture]').count(), 0);
  },
};

/** What a hand holds that drags files, or the clipboard. */
function held(page: Page, ...files: readonly Buffer[]): Promise<JSHandle<DataTransfer>> {
  return page.evaluateHandle((all) => {
    const transfer = new DataTransfer();
    all.forEach((bytes, at) => transfer.items.add(new File([Uint8Array.from(atob(bytes), (char) => char.codePointAt(0) ?? 0)], `${at}.png`, { type: 'image/png' })));
    return transfer;
  }, files.map((file) => file.toString('base64')));
}

const byHand: Scenario = {
  name: 'pictures are dropped, pasted, stopped on their way, and dragged into order',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'drop one', '/feed');
    const composer = page.locator('[data-testid=composer]');
    const dataTransfer = await held(page, painted(64, 64, 30), painted(96, 64, 90));
    await composer.dispatchEvent('dragenter', { dataTransfer });
    await composer.getByText('여기에 놓으면 사진을 더해요').waitFor();
    await composer.dispatchEvent('dragleave', { dataTransfer });
    await composer.getByText('여기에 놓으면 사진을 더해요').waitFor({ state: 'detached' });
    // beside the text, where the browser would have left the page for it
    await composer.dispatchEvent('drop', { dataTransfer });
    const ready = page.locator('[data-testid=tray] [data-state=ready]');
    await ready.nth(1).waitFor();
    const clipboard = await held(page, painted(128, 64, 150));
    await page.locator('[data-testid=composer-text]').evaluate((field, clipboardData) => field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })), clipboard);
    await ready.nth(2).waitFor();

    const alts = page.locator('[data-testid=tray] textarea');
    for (const [at, alt] of ['하나', '둘', '셋'].entries()) {
      await alts.nth(at).fill(alt);
    }
    const order = (): Promise<string[]> => alts.evaluateAll((all: HTMLTextAreaElement[]) => all.map(({ value }) => value));
    const grips = page.locator('[data-testid=drag-picture]');
    const middle = async (at: number): Promise<{ x: number; y: number }> => {
      await grips.nth(at).scrollIntoViewIfNeeded();
      const box = await grips.nth(at).boundingBox();
      assert.ok(box, 'there is something to hold');
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    const from = await middle(2);
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    const to = await grips.nth(0).boundingBox();
    await page.mouse.move(from.x, (to?.y ?? 0) + 10, { steps: 12 });
    await until('the third is the first', order, (now) => now.join() === '셋,하나,둘');
    await page.mouse.up();
    // and put back before it is let go of
    const again = await middle(0);
    await page.mouse.move(again.x, again.y);
    await page.mouse.down();
    await page.mouse.move(again.x, again.y + 330, { steps: 12 });
    await until('it is on its way', order, (now) => now[0] !== '셋');
    await page.keyboard.press('Escape');
    await until('it is where it was', order, (now) => now.join() === '셋,하나,둘');
    await page.mouse.up();

    let begun = 0;
    await page.route('**/v1/assets', () => {
      begun += 1;
    });
    const stopped = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/v1/assets'));
    await attach(page, writing.file('late.png', painted(64, 64, 210)));
    await until('it is on its way', () => Promise.resolve(begun), (count) => count === 1);
    await page.locator('[data-testid=take-picture]').nth(3).click();
    await stopped;
    await page.locator('[data-testid=tray] li').nth(3).waitFor({ state: 'detached' });
    await writing.publish(page);
    await page.locator('[data-testid=post] [data-testid=pictures] li').nth(2).waitFor();
  },
};

export const pictures = [sent, byHand, still, covered, refused, own];
