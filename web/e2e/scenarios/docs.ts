/** The page of the API works under the same content policy as every other page. */
import assert from 'node:assert/strict';
import type { Scenario } from '../harness.ts';

const shown: Scenario = {
  name: 'the page of the API shows its operations, asks the server and nobody else',
  async run(stage) {
    const page = await stage.page();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') {
        complaints.push(message.text());
      }
    });
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(stage.maru.url) && !request.url().startsWith('data:')) {
        elsewhere.push(request.url());
      }
    });
    await page.goto('/docs/');
    const list = page.locator('#operations-rooms-rooms_list');
    await list.locator('.opblock-summary').click();
    await list.locator('.try-out__btn').click();
    await list.locator('.execute').click();
    await list.locator('.live-responses-table tbody .response-col_status', { hasText: '200' }).waitFor();
    assert.deepEqual({ complaints, elsewhere }, { complaints: [], elsewhere: [] });
  },
};

export const docs = [shown];
