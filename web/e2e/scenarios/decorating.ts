/** Furnishing: what fits stays, what does not goes back, and the keyboard can do it all. */
import assert from 'node:assert/strict';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';

const illegalDrop: Scenario = {
  name: 'an item dropped where it does not fit returns, and the reason is said',
  async run(stage) {
    const page = await stage.page();
    await room.signIn(page, 'haneul', '/r/haneul');
    await room.inside(page);
    await room.decorate(page);
    const [gift, piano] = [await room.item(page, 'gift'), await room.item(page, 'piano')];
    await room.dragGift(page, gift, piano.x - gift.x, piano.y - gift.y);
    await page.locator('[data-testid=toast]').waitFor();
    assert.deepEqual(await room.item(page, 'gift'), gift);
  },
};

const placing: Scenario = {
  name: 'a piece of the catalogue is found, coloured, placed and saved',
  async run(stage) {
    const page = await stage.page();
    await room.signIn(page, 'haneul', '/r/haneul');
    await room.inside(page);
    await room.decorate(page);
    await page.locator('[data-testid=catalogue-search]').fill('스툴');
    await page.locator('[data-testid=panel] [data-color=sky]').click();
    await page.locator('[data-testid=catalogue] [data-kind=stool]').click();
    const spot = await room.onScreen(page, 8.5, 9);
    await page.mouse.move(spot.x - 20, spot.y - 10);
    await page.mouse.move(spot.x, spot.y, { steps: 4 });
    await page.mouse.click(spot.x, spot.y);
    const stool = await until('the stool stands', () => room.items(page), (all) => all.some(({ kind }) => kind === 'stool'));
    await room.saved(page);
    await page.locator('[data-testid=item-toolbar]').waitFor();
    const { id } = stool.find(({ kind }) => kind === 'stool') ?? { id: 0 };
    await page.keyboard.press('KeyR');
    await until('it has turned', () => room.items(page), (all) => all.find((each) => each.id === id)?.rot === 1);
    await page.keyboard.press('Delete');
    await until('it is gone', () => room.items(page), (all) => !all.some((each) => each.id === id));
    await room.saved(page);
  },
};

const redecorating: Scenario = {
  name: 'walls, floor and light change for everyone',
  async run(stage) {
    const [a, b] = await Promise.all([stage.page(), stage.page()]);
    await room.signIn(a, 'noah', '/r/noah');
    await room.inside(a);
    await b.goto('/r/noah');
    await b.locator('[data-testid=enter]').click();
    await room.inside(b);
    await room.decorate(a);
    await a.getByRole('tab', { name: '벽지와 바닥' }).click();
    for (const choice of ['[data-wallpaper=sky_star]', '[data-flooring=mint_tile]', '[data-light=night]']) {
      await a.locator(choice).click();
      await a.locator(`${choice}[aria-pressed=true]`).waitFor();
    }
    await room.saved(a);
    await until(
      'B sees it',
      () => b.locator('[data-testid=scene]').evaluate((host: HTMLElement & { scene?: { state: { theme: object } } }) => JSON.stringify(host.scene?.state.theme)),
      (theme) => theme.includes('sky_star') && theme.includes('mint_tile') && theme.includes('night'),
    );
  },
};

export const decorating = [illegalDrop, placing, redecorating];
