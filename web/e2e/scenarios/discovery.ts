/** What the home page finds: rooms, tags and posts that are talked about, and a way to somewhere by chance. */
import assert from 'node:assert/strict';
import { until, type Scenario } from '../harness.ts';
import * as room from '../room.ts';
import * as writing from '../writing.ts';

const rooms: Scenario = {
  name: 'the home page shows new rooms, and those that are visited',
  async run(stage) {
    const [page, visitor] = await Promise.all([stage.page(), stage.page()]);
    await page.goto('/');
    await page.locator('[data-testid=rooms] a').first().waitFor();
    await page.getByRole('tab', { name: '새 방' }).click();
    await page.locator('[data-testid=rooms-newest] [data-testid=rooms] a').first().waitFor();
    await room.moveIn(visitor, 'disco guest', '/r/mina');
    await room.inside(visitor);
    await until(
      'the visited room is popular',
      async () => {
        await page.goto('/');
        await page.getByRole('tab', { name: '인기' }).click();
        await page.locator('[data-testid=rooms] a').first().waitFor();
        return page.locator('[data-testid=rooms-popular] a[href^="/r/mina"]').count();
      },
      (count) => count > 0,
    );
    await page.locator('[data-testid=rooms-popular] a[href^="/r/mina"] [data-testid=room-picture]').first().waitFor();
  },
};

const drawn: Scenario = {
  name: 'a room’s picture is drawn by the page where the server’s does not come',
  async run(stage) {
    const page = await stage.page();
    await page.route('**/thumbnail.webp*', (route) => route.abort());
    await page.goto('/');
    const picture = page.locator('[data-testid=rooms] [data-testid=room-picture]:not([data-drawn=server])').first();
    await picture.waitFor();
    await picture.evaluate((image: HTMLImageElement) => image.decode());
  },
};

const byChance: Scenario = {
  name: 'a random visit leads into somebody else’s room',
  async run(stage) {
    const page = await stage.page();
    await room.moveIn(page, 'chance one', '/');
    await page.locator('[data-testid=random-visit]').click();
    await page.waitForURL('**/r/**');
    assert.ok(!new URL(page.url()).pathname.startsWith('/r/chance_one'), 'never one’s own');
    await room.drawn(page);
  },
};

const talkedAbout: Scenario = {
  name: 'tags and posts that people talk about stand on the home page',
  async run(stage) {
    const [writer, reader] = await Promise.all([stage.page(), stage.page()]);
    await room.moveIn(writer, 'talk writer', '/feed');
    const id = await writing.idOf(await writing.write(writer, '모두가 이야기하는 #화제의태그'));
    await room.moveIn(reader, 'talk reader', `/p/${id}`);
    await reader.locator('[data-testid=post] [data-testid=react]').first().click();
    await reader.locator('[data-reaction=heart]').waitFor();
    const page = await stage.page();
    const there = async (): Promise<boolean> => {
      await page.goto('/');
      await page.locator('[data-testid=popular-posts]').waitFor();
      await page.waitForLoadState('networkidle');
      const post = page.locator(`[data-testid=popular-posts] [data-post="${id}"]`);
      // the neighbours' posts are talked about more, and come first
      const more = page.locator('[data-testid=popular-posts] [data-testid=more]');
      while ((await post.count()) === 0 && (await more.count()) > 0) {
        await more.click();
        await page.waitForLoadState('networkidle');
      }
      return (await post.count()) > 0 && (await page.locator('[data-testid=popular-tags]').getByText('#화제의태그').count()) > 0;
    };
    await until('it is talked about', there, (is) => is);
    await page.locator('[data-testid=popular-tags]').getByText('#화제의태그').click();
    await writing.card(page, '모두가 이야기하는').waitFor();
  },
};

export const discovery = [rooms, drawn, byChance, talkedAbout];
