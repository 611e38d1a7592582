import assert from 'node:assert/strict';
import { pageTest } from './page_test.mjs';
import { ADA, WRONG_PIN } from './ringbolt.mjs';

pageTest('a TwiML provider plays the same flow, question by question', {}, async ({ phone }) => {
  await phone.choose('#provider', 'TwiML');
  await phone.call();
  await phone.login(ADA.account, WRONG_PIN);
  await phone.sees('#timeline li.bad', '1 of 3');
  await phone.page.locator('#caller [aria-label="1 of 3 wrong PINs"]').waitFor();
  await phone.page.locator('#drawing .place.now[data-place="ivr:login"]').waitFor();

  await phone.login(ADA.account, ADA.pin);
  await phone.sees('#timeline li.good', 'Right PIN');
  await phone.hears('Hello Ada');
  await phone.key('1');
  await phone.hears(`${ADA.balance} dollars`);
  await phone.sees('#place', 'Call ended');

  const entry = await phone.sees('#timeline li', 'Right PIN');
  await entry.locator('.head').click();
  await phone.sees('#event pre', '<Gather');
  const seen = await phone.page.content();
  assert.doesNotMatch(seen, new RegExp(ADA.pin), 'a PIN never comes back to the page');
});
