// The page in six sizes and colours, in six moments. With RINGBOLT_SCREENSHOTS=FOLDER, each is also saved as a picture.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AXE } from './chromium.mjs';
import { pageTest } from './page_test.mjs';
import { ADA, GRACE, OTHER_WRONG_PIN, WRONG_PIN } from './ringbolt.mjs';

const PICTURES = process.env.RINGBOLT_SCREENSHOTS;
const MOST_MARGIN_PX = 40;
const SIZES = [
  { width: 1440, height: 1000 },
  { width: 768, height: 1000 },
  { width: 390, height: 844 },
];

/** Runs axe in the page. The page's policy forbids strings as code, so it goes in through the debugger. */
async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run());
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

/** The keypad's place within the telephone, which stays in view while the page scrolls. */
const keypadTop = (page) =>
  page.locator('#keypad').evaluate((pad) => {
    const telephone = pad.closest('.phone').getBoundingClientRect();
    return Math.round(pad.getBoundingClientRect().top - telephone.top);
  });

function looker(phone, look) {
  const { page } = phone;
  let top = null;
  return async (moment, { whole = true } = {}) => {
    if (PICTURES) {
      await mkdir(PICTURES, { recursive: true });
      const path = join(resolve(PICTURES), `${look}-${moment}.png`);
      await page.screenshot({ path, fullPage: whole && page.viewportSize().width < 1180 });
    }
    assert.deepEqual(await violations(page), [], `axe, ${moment}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(over <= 0, `${moment}: the page is ${over} pixels too wide`);
    const dead = await page.evaluate(() => {
      const lowest = [...document.querySelectorAll('main > *')].map((part) => part.getBoundingClientRect().bottom);
      return (
        document.documentElement.scrollHeight - Math.max(window.innerHeight, ...lowest.map((y) => y + window.scrollY))
      );
    });
    assert.ok(dead <= MOST_MARGIN_PX, `${moment}: ${dead} pixels of nothing at the end of the page`);
    top ??= await keypadTop(page);
    assert.equal(await keypadTop(page), top, `${moment}: the keypad has moved`);
  };
}

async function walk(phone, looks) {
  await phone.setClock('Monday 10:00');
  await looks('clock-moved');
  await phone.setClock('now');
  await phone.choose('#from', 'Ada');
  await phone.page.locator('#clock:not(.on)').waitFor();
  await looks('idle');

  await phone.call();
  await phone.key(`${ADA.account}#`);
  await phone.hears('PIN');
  await phone.key(WRONG_PIN.slice(0, 3));
  await phone.page.locator('.dots[aria-label="3 digits keyed"]').waitFor();
  await looks('asking');
  await phone.key(`${WRONG_PIN.slice(3)}#`);
  await phone.happened('Wrong PIN');
  await phone.page.locator('#timeline li.bad .head').click();
  await phone.sees('#event h3', 'Request');
  await looks('wrong-pin');

  await phone.page.locator('#keypad').focus();
  await phone.login(ADA.account, OTHER_WRONG_PIN);
  await phone.happened('2 of 3');
  await phone.login(ADA.account, WRONG_PIN.split('').reverse().join(''));
  await phone.sees('#caller-title', 'locked');
  await looks('locked');
  if (await phone.page.locator('#hang-up').isVisible()) await phone.hangUp();
  await looks('ended');

  await phone.setClock('Monday 10:00');
  await phone.choose('#from', 'Grace');
  await phone.call();
  await phone.login(GRACE.account, GRACE.pin);
  await phone.hears('Hello Grace');
  await phone.key('2');
  await phone.sees('#panel li', 'ringing');
  await looks('ringing');
  await phone.page.getByRole('button', { name: 'Answers', exact: true }).click();
  await phone.page.getByRole('button', { name: 'Accepts', exact: true }).click();
  await phone.sees('#place', 'Talking');
  await phone.page.locator('#tab-file').click();
  await looks('flow-file');
}

for (const viewport of SIZES) {
  for (const colorScheme of ['light', 'dark']) {
    const name = `at ${viewport.width} pixels, ${colorScheme}, everybody can use the page in each moment of a call`;
    pageTest(name, { viewport, colorScheme }, async ({ phone }) => {
      await walk(phone, looker(phone, `${viewport.width}-${colorScheme}`));
    });
  }
}
