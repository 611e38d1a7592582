// A test of the page: it has a `ringbolt dev` and a page of its own. After each test the page must have reported no
// error and asked nobody but this server.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { test } from 'node:test';
import { browser } from './chromium.mjs';
import { Ringbolt } from './ringbolt.mjs';
import { Telephone } from './telephone.mjs';

const TEST_TIMEOUT_MS = 120_000;
/** How long something may take to appear on a busy machine. */
const APPEARS_MS = 20_000;

/** Set to try changes of the page's files without building `ringbolt` again. */
const FILES = process.env.RINGBOLT_TEST_PAGE_FILES;
const MEDIA_TYPES = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };

async function useFiles(context) {
  await context.route(/^http:\/\/127\.0\.0\.1:\d+\/(phone\/[\w.]+)?$/, async (route) => {
    const name = new URL(route.request().url()).pathname.split('/').at(-1) || 'index.html';
    const response = await route.fetch().catch(() => null); // the server may be down on purpose
    if (!response || response.status() === 403) return response ? route.fulfill({ response }) : route.abort();
    const contentType = MEDIA_TYPES[extname(name)];
    return route.fulfill({ response, status: 200, contentType, body: await readFile(join(FILES, name)) });
  });
}

/** What went wrong on pages, and whom they asked. */
class Watched {
  constructor(ringbolt) {
    this.ringbolt = ringbolt;
    this.errors = [];
    this.foreign = [];
    this.offline = false;
  }

  watch(page) {
    page.on('pageerror', (error) => this.errors.push(error.stack));
    page.on('console', (message) => {
      const isOffline = this.offline && message.text().includes('Failed to load resource');
      if (message.type() === 'error' && !isOffline) this.errors.push(message.text());
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:' && url.origin !== this.ringbolt.address) this.foreign.push(request.url());
    });
  }

  assertQuiet() {
    assert.deepEqual(this.errors, [], 'errors on the console');
    assert.deepEqual(this.foreign, [], 'requests to another origin');
  }
}

/**
 * A test with a `ringbolt dev` that has this flow, and a page. Options: `flow`, `onDisk` (it keeps its state in its
 * folder), and those of a Playwright context.
 * The body gets `ringbolt`, `phone`, `open` for more pages, and `watched`.
 */
export function pageTest(name, { flow = 'bank', onDisk = false, ...look }, body) {
  test(name, { timeout: TEST_TIMEOUT_MS }, async () => {
    const ringbolt = await Ringbolt.start(flow, { onDisk });
    try {
      const viewport = { width: 1440, height: 1000 };
      const context = await (await browser()).newContext({ viewport, reducedMotion: 'reduce', ...look });
      context.setDefaultTimeout(APPEARS_MS);
      if (FILES) await useFiles(context);
      const watched = new Watched(ringbolt);
      const open = async () => {
        const page = await context.newPage();
        watched.watch(page);
        await page.goto(ringbolt.address);
        await page
          .locator('#drawing svg')
          .waitFor({ state: 'attached' })
          .catch((error) => {
            watched.assertQuiet(); // says more, if the page could not start
            throw error;
          });
        return new Telephone(page);
      };
      await body({ ringbolt, phone: await open(), open, watched });
      watched.assertQuiet();
      await context.close();
    } finally {
      await ringbolt.stop();
    }
  });
}
