/** What people do in Maru, and what can be seen of it. */
import type { Page } from 'playwright-core';
import type { RoomScene } from '../src/world/scene/index.ts';
import { until } from './harness.ts';

type SceneHost = HTMLElement & { scene?: RoomScene };

export interface Standing {
  readonly id: number;
  readonly kind: string;
  readonly place: number;
  readonly x: number;
  readonly y: number;
  readonly rot: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Signs in on the development identity provider's page, as someone of the demo neighbourhood. */
export async function signIn(page: Page, handle: string, returnTo: string): Promise<void> {
  await page.goto(`/login?return_to=${encodeURIComponent(returnTo)}`);
  await page.locator('a[href*="/v1/auth/dev/start"]').click();
  await page.locator('button[name=person]', { hasText: `@${handle}` }).click();
  await page.waitForURL(`**${returnTo}`);
}

/** Signs in as somebody new of that name. */
export async function moveIn(page: Page, name: string, returnTo: string): Promise<void> {
  await page.goto(`/login?return_to=${encodeURIComponent(returnTo)}`);
  await page.locator('a[href*="/v1/auth/dev/start"]').click();
  await become(page, name);
  await page.waitForURL(`**${returnTo}`);
}

/** On the identity provider's page: somebody of that name, new or known. */
export async function become(page: Page, name: string): Promise<void> {
  await page.locator('input[name=name]').fill(name);
  await page.locator('form.new button').click();
}

/** Waits until one is inside and the room is drawn. */
export async function inside(page: Page): Promise<void> {
  await page.locator('[data-testid=presence][data-inside=true]').waitFor();
  await drawn(page);
}

export async function drawn(page: Page): Promise<void> {
  await until(
    'the room is drawn',
    () => stats(page),
    (answer) => answer !== null && answer.paints > 0 && answer.pending === 0 && answer.items > 0,
  );
}

export function stats(page: Page): Promise<{ frames: number; paints: number; pending: number; items: number; people: number } | null> {
  return page.locator('[data-testid=scene], [data-testid=hero-scene]').evaluate((host: SceneHost) => host.scene?.stats() ?? null);
}

/** The items as the page shows them, by id. */
export async function items(page: Page): Promise<Standing[]> {
  const all = await page
    .locator('[data-testid=scene]')
    .evaluate((host: SceneHost) => host.scene?.state.items.map(({ id, kind, place, x, y, rot }) => ({ id, kind, place, x, y, rot })) ?? []);
  return all.toSorted((a, b) => a.id - b.id);
}

export async function item(page: Page, kind: string): Promise<Standing> {
  const found = (await items(page)).find((each) => each.kind === kind);
  if (!found) {
    throw new Error(`no ${kind} in the room`);
  }
  return found;
}

/** Where a point of the room is on the page: tiles, and z-units up. */
export async function onScreen(page: Page, x: number, y: number, z = 0): Promise<Point> {
  const world = { x: (x - y) * 32, y: (x + y) * 16 - z * 36 };
  const point = await page.locator('[data-testid=scene]').evaluate((host: SceneHost, at) => {
    const canvas = host.querySelector('canvas');
    if (!host.scene || !canvas) {
      return null;
    }
    const { left, top } = canvas.getBoundingClientRect();
    const { x: across, y: down } = host.scene.camera.toScreen(at);
    return { x: left + across, y: top + down };
  }, world);
  if (!point) {
    throw new Error('the room is not drawn');
  }
  return point;
}

/** Where a name tag is on the page: what a visitor sees of somebody's place. */
export function tagOf(page: Page, name: string): Promise<Point | null> {
  return page.locator('[data-testid=scene]').evaluate((host, wanted) => {
    const tag = [...host.querySelectorAll('[aria-hidden=true] > div')].find((each) => each.childElementCount === 0 && each.textContent === wanted);
    const rect = tag?.getBoundingClientRect();
    return rect ? { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 } : null;
  }, name);
}

/** One's own place in tiles. */
export function ownPlace(page: Page): Promise<Point | null> {
  return page.locator('[data-testid=scene]').evaluate((host: SceneHost) => {
    const motion = host.scene?.crowd.self?.motion;
    return motion ? { x: motion.x, y: motion.y } : null;
  });
}

/** Clicks the floor and waits for the end of the walk; where it ended. */
export async function walkTo(page: Page, x: number, y: number): Promise<Point> {
  const { x: left, y: top } = await onScreen(page, x, y);
  return walk(page, () => page.mouse.click(left, top));
}

/** Walks without a click: people stand in each other's way. */
export function stroll(page: Page, x: number, y: number): Promise<Point> {
  return walk(page, () =>
    page.locator('[data-testid=scene]').evaluate((host: SceneHost, to) => {
      host.scene?.walkTo(to.x, to.y);
    }, { x, y }),
  );
}

/** Does what makes one's own avatar walk, and waits for the end of it. */
export async function walk(page: Page, start: () => Promise<void>): Promise<Point> {
  const from = await ownPlace(page);
  await start();
  const now = (): Promise<(Point & { moving: boolean }) | null> =>
    page.locator('[data-testid=scene]').evaluate((host: SceneHost) => {
      const motion = host.scene?.crowd.self?.motion;
      return motion ? { x: motion.x, y: motion.y, moving: motion.moving } : null;
    });
  const end = await until('the walk ends', now, (at) => at !== null && from !== null && !at.moving && Math.hypot(at.x - from.x, at.y - from.y) > 0.1);
  if (!end) {
    throw new Error('nobody is here');
  }
  return { x: end.x, y: end.y };
}

export async function decorate(page: Page): Promise<void> {
  await page.locator('header button', { hasText: /꾸미기|Decorate/u }).click();
  await page.locator('[data-testid=edit-bar]').waitFor();
}

/** Until every edit is acknowledged as saved. */
export async function saved(page: Page): Promise<void> {
  await page.locator('[data-testid=save-state][data-unsaved="0"]').waitFor();
}

/** Drags a gift, one half tile wide and deep, by so many half tiles. */
export async function dragGift(page: Page, standing: Standing, dx: number, dy: number): Promise<void> {
  const hold = 0.35;
  const middle = { x: standing.x / 2 + 0.25, y: standing.y / 2 + 0.25 };
  const from = await onScreen(page, middle.x, middle.y, hold);
  const to = await onScreen(page, middle.x + dx / 2, middle.y + dy / 2, hold);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, from.y + 4, { steps: 2 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
  await page.mouse.up();
}

/** The lines of the chat log, as anyone reads them. */
export async function said(page: Page): Promise<string[]> {
  return page.locator('[data-testid=chat-log] p:not([class*=empty])').allTextContents();
}

export async function say(page: Page, text: string): Promise<void> {
  await page.locator('[data-testid=chat-field]').fill(text);
  await page.keyboard.press('Enter');
}

/** Comes in as a guest, by the door. */
export async function enterAsGuest(page: Page, path: string, name?: string): Promise<void> {
  await page.goto(path);
  if (name !== undefined) {
    await page.locator('[data-testid=entry] input:not([type=radio])').fill(name);
  }
  await page.locator('[data-testid=enter]').click();
}

/** Opens the dialog of running the room, at one of its tabs. */
export async function manage(page: Page, tab: 'settings' | 'layouts' | 'history' | 'access'): Promise<void> {
  await page.locator('[data-testid=manage]').click();
  const at = ['settings', 'layouts', 'history', 'access'].indexOf(tab);
  await page.locator('dialog [role=tab]').nth(at).click();
  await page.locator(`[data-testid=manage-${tab}]`).waitFor();
}

/** Saves the rules that were changed, and waits until they are in force. */
export async function saveRules(page: Page): Promise<void> {
  await page.locator('[data-testid=settings-save]').click();
  await page.locator('[data-testid=settings-note]').getByText(/저장했어요|Saved/u).waitFor();
  await closeDialog(page);
}

export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
}

/** Opens what the owner can do about somebody in the list of people. */
export async function about(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name: /^(?:사람|People)/u }).click();
  await page.locator(`[data-person="${name}"] [data-testid=person-more]`).click();
  await page.locator('[data-testid=person]').waitFor();
}

/** Chooses something about a person and, where it asks back, says yes. */
export async function decide(page: Page, label: string): Promise<void> {
  await page.locator('[data-testid=person] button', { hasText: label }).click();
  const yes = page.locator('[data-testid=ask-yes]');
  if (label === '내보내기' || label === '못 들어오게 하기') {
    await yes.click();
  }
  await page.locator('dialog').waitFor({ state: 'detached' });
}
