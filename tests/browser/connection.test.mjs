import assert from 'node:assert/strict';

import { pageTest } from './page_test.mjs';
import { ADA, WRONG_PIN } from './ringbolt.mjs';

pageTest(
  'the page reconnects after a restart and says that the calls are gone',
  {},
  async ({ ringbolt, phone, watched }) => {
    await phone.call();
    await phone.login(ADA.account, WRONG_PIN);
    await phone.happened('Wrong PIN');
    watched.offline = true;
    await ringbolt.kill();
    await phone.sees('#gone', 'Ringbolt is not running');
    await ringbolt.run();
    await phone.sees('#notices', 'The calls from before are gone');
    await phone.page.locator('#gone').waitFor({ state: 'hidden' });
    watched.offline = false;
    await phone.seesNo('#timeline li', 'Wrong PIN');

    // The telephone works again.
    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.hears('Hello Ada');
  },
);

pageTest('two pages see the same call', {}, async ({ phone, open }) => {
  await phone.call();
  await phone.hears('account number');
  const other = await open();
  await other.hears('account number');
  await phone.key('90786');
  await other.sees('#digits', '90786');
  await other.key('#');
  await phone.hears('PIN');
  await phone.key(`${WRONG_PIN}#`);
  await other.happened('Wrong PIN');
  await other.hangUp();
  await phone.sees('#place', 'Call ended');
});

pageTest('a page that is loaded again in the middle of a call shows it', {}, async ({ phone }) => {
  await phone.call();
  await phone.hears('account number');
  await phone.key('907');
  await phone.sees('#digits', '907');
  await phone.page.reload();
  await phone.sees('#digits', '907');
  await phone.page.locator('#hang-up').waitFor();
});

pageTest('until Ringbolt has answered, the page claims nothing', {}, async ({ phone }) => {
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  const asked = new Promise((resolve) => {
    phone.page.route('**/api/phone', async (route) => {
      resolve();
      await answered;
      await route.continue();
    });
  });
  await phone.page.reload();
  await asked;
  const shown = await Promise.all(['#place', '#prompt', '#file'].map((part) => phone.page.locator(part).textContent()));
  assert.deepEqual(shown, ['…', '', '']);
  assert.ok(await phone.page.locator('#call').isDisabled());
  answer();
  await phone.hears('Press Call to ring');
  await phone.call();
  await phone.hears('account number');
});
