/** `npm run shots`: the README's pictures, taken of the real thing. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launch } from './browser.ts';
import { say, Stage, until } from './harness.ts';
import { indexedPng } from './png.ts';
import * as room from './room.ts';
import { Maru } from './server.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** Takes the picture and writes it with a palette of its own: a third of the bytes. */
async function keep(page: Page, name: string): Promise<void> {
  const png = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  // a page of Maru may not fetch such an address
  const desk = await page.context().newPage();
  const pixels = await desk.evaluate(async (address) => {
    const bitmap = await createImageBitmap(await (await fetch(address)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    const { data } = context?.getImageData(0, 0, bitmap.width, bitmap.height) ?? { data: new Uint8ClampedArray() };
    let text = '';
    for (let at = 0; at < data.length; at += 32_768) {
      text += String.fromCharCode(...data.subarray(at, at + 32_768));
    }
    return { width: bitmap.width, height: bitmap.height, bytes: btoa(text) };
  }, `data:image/png;base64,${png.toString('base64')}`);
  await desk.close();
  const small = indexedPng(pixels.width, pixels.height, Buffer.from(pixels.bytes, 'base64'));
  await writeFile(`${docs}${name}.png`, small);
  say(`${name}.png  ${Math.round(small.length / 1024)} KB`);
}

async function enterAll(stage: Stage, handles: readonly string[], path: string): Promise<Page[]> {
  const pages: Page[] = [];
  for (const handle of handles) {
    const page = await stage.page({ locale: ['leo', 'ada'].includes(handle) ? 'en-US' : 'ko-KR' });
    await room.signIn(page, handle, path);
    await room.inside(page);
    pages.push(page);
  }
  return pages;
}

async function settled(page: Page, people: number): Promise<void> {
  await until('everyone is drawn', () => room.stats(page), (answer) => answer?.people === people && answer.pending === 0);
  await page.waitForTimeout(700);
}

async function gathering(stage: Stage): Promise<void> {
  const pages = await enterAll(stage, ['haneul', 'leo', 'nabi', 'ada'], '/r/haneul');
  const [haneul, leo, nabi, ada] = pages as [Page, Page, Page, Page];
  await room.stroll(ada, 5.2, 3.6);
  // the last steps lead towards the onlooker, so that one sees faces
  await Promise.all([room.stroll(haneul, 4, 5.9), room.stroll(leo, 8, 5.2), room.stroll(nabi, 5.6, 7.2)]);
  await Promise.all([room.stroll(haneul, 4.3, 6.4), room.stroll(leo, 8.3, 5.8), room.stroll(nabi, 6.2, 8.1)]);
  await room.say(ada, 'This sofa is so comfy');
  await room.say(haneul, '귤 먹고 갈래? 🍊');
  await room.say(leo, 'Love your piano corner!');
  await haneul.locator('h1').click();
  await settled(haneul, 4);
  await keep(haneul, 'room-day');
}

/** Two browsers side by side: the same room, each in its own language. */
async function sideBySide(stage: Stage): Promise<void> {
  const size = { viewport: { width: 720, height: 860 } };
  const [a, b] = await Promise.all([stage.page(size), stage.page({ ...size, locale: 'en-US' })]);
  await room.signIn(a, 'yeoul', '/r/yeoul');
  await room.signIn(b, 'sujin', '/r/yeoul');
  await Promise.all([room.inside(a), room.inside(b)]);
  await room.stroll(a, 4.6, 7.6);
  await room.stroll(a, 5, 8.4);
  await room.stroll(b, 7.6, 6.2);
  await room.stroll(b, 8, 7);
  await room.say(a, '조명 새로 달았어요');
  await room.say(b, 'So cozy at night ✨');
  await Promise.all([settled(a, 2), settled(b, 2)]);
  const pictures = await Promise.all([a, b].map(async (page) => (await page.screenshot({ animations: 'disabled', caret: 'hide' })).toString('base64')));
  const both = await stage.page();
  const images = pictures.map((picture) => `<img width="716" style="border-radius:18px" src="data:image/png;base64,${picture}">`);
  await both.setContent(`<body style="margin:0;display:flex;gap:8px;background:#fff">${images.join('')}</body>`);
  await both.locator('img').last().evaluate((image: HTMLImageElement) => image.decode());
  await keep(both, 'two-people');
}

async function decorating(stage: Stage): Promise<void> {
  const page = await stage.page({ locale: 'en-US' });
  await room.signIn(page, 'nabi', '/r/nabi');
  await room.inside(page);
  await room.decorate(page);
  const sofa = (await room.items(page)).find(({ kind }) => kind === 'sofa') ?? (await room.items(page)).at(-1);
  await page.locator(`[data-item-id="${sofa?.id}"]`).focus();
  await page.locator('[data-testid=item-toolbar]').waitFor();
  await settled(page, 1);
  await keep(page, 'edit');
}

async function onPhone(stage: Stage): Promise<void> {
  const [visitor] = await enterAll(stage, ['dari'], '/r/bora_kitchen');
  const page = await stage.page(phone);
  await room.signIn(page, 'bora_kitchen', '/r/bora_kitchen');
  await room.inside(page);
  await room.stroll(page, 6.4, 8);
  await room.stroll(page, 6.7, 8.6);
  if (visitor) {
    await room.say(visitor, '케이크 냄새 좋다!');
  }
  await room.say(page, '한 조각 드릴게요 🍰');
  await page.locator('h1').tap();
  await settled(page, 2);
  await keep(page, 'mobile');
}

/** Until what is in view has come and is shown. */
async function seen(page: Page, what: string, least: number): Promise<void> {
  await until(
    `${what} in view`,
    () =>
      page.locator(what).evaluateAll((all) => {
        const inView = all.filter((each): each is HTMLImageElement => each instanceof HTMLImageElement && each.getBoundingClientRect().top < innerHeight);
        return { shown: inView.filter((each) => each.complete && each.naturalWidth > 0).length, all: inView.length };
      }),
    ({ shown, all }) => shown >= least && shown === all,
  );
}

/** What the neighbours write, as one of them reads it. */
async function feed(stage: Stage): Promise<void> {
  const page = await stage.page();
  await room.signIn(page, 'haneul', '/feed');
  await page.locator('[data-testid=post]').nth(2).waitFor();
  const pictures = '[data-testid=post] [data-testid=pictures] img';
  await page.locator(pictures).first().evaluate((image) => image.scrollIntoView({ block: 'center' }));
  await page.waitForLoadState('networkidle');
  await seen(page, pictures, 1);
  await page.waitForTimeout(700);
  await keep(page, 'feed');
}

async function frontDoor(stage: Stage): Promise<void> {
  await enterAll(stage, ['leo', 'ada'], '/r/leo');
  const page = await stage.page({ locale: 'en-US' });
  await page.goto('/');
  await room.drawn(page);
  await seen(page, '[data-testid=room-picture]', 4);
  await page.waitForTimeout(1200);
  await keep(page, 'home');
}

await mkdir(docs, { recursive: true });
const browser = await launch();
const maru = await Maru.start();
try {
  for (const take of [gathering, sideBySide, decorating, onPhone, frontDoor, feed]) {
    const stage = new Stage(browser, maru);
    try {
      await take(stage);
    } finally {
      await stage.close();
    }
  }
} finally {
  await maru.stop();
  await browser.close();
}
