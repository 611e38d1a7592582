import assert from 'node:assert/strict';
import { pageTest } from './page_test.mjs';
import { ADA, OTHER_WRONG_PIN, WRONG_PIN } from './ringbolt.mjs';

pageTest(
  'a caller keys a wrong PIN twice and then the right one, and hears the balance',
  {},
  async ({ ringbolt, phone }) => {
    await phone.call();
    await phone.login(ADA.account, WRONG_PIN);
    await phone.sees('#timeline li.bad', '1 of 3');
    await phone.sees('#timeline li.bad .to-line', String(await ringbolt.lineOf('wrong: { ivr: login }')));
    await phone.page.locator('#caller [aria-label="1 of 3 wrong PINs"]').waitFor();
    await phone.page.locator('#drawing .rule.been[data-rule="ivr:login/wrong/1"]').waitFor();
    await phone.page.locator('#drawing .place.now[data-place="ivr:login"]').waitFor();

    await phone.login(ADA.account, OTHER_WRONG_PIN);
    await phone.sees('#timeline li.bad', '2 of 3');
    await phone.page.locator('#caller [aria-label="2 of 3 wrong PINs"]').waitFor();

    await phone.login(ADA.account, ADA.pin);
    await phone.sees('#timeline li.good', 'Right PIN');
    await phone.page.locator('#caller [aria-label="0 of 3 wrong PINs"]').waitFor();
    await phone.hears('Hello Ada');
    await phone.key('1');
    await phone.hears(`${ADA.balance} dollars`);
    await phone.sees('#place', 'Call ended');
  },
);

pageTest(
  'an entry of the timeline leads to its request, its reply and its line of the flow file',
  {},
  async ({ ringbolt, phone }) => {
    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.hears('Hello Ada');
    const entry = await phone.sees('#timeline li', 'Right PIN');
    await entry.locator('.head').click();
    await phone.sees('#event dt', 'ivr_id');
    await phone.sees('#event pre', '10002'); // the menu's id in the reply
    await phone.sees('#event .tag', 'signature holds');
    await entry.locator('.to-line').click();
    const line = await ringbolt.lineOf('ivr: { to: menu');
    await phone.page.locator(`#file li.at[data-line="${line}"]`).waitFor();
  },
);

pageTest('a caller who hangs up midway ends the call, and no attempt is counted', {}, async ({ ringbolt, phone }) => {
  await phone.call();
  await phone.hears('account number');
  await phone.key(`${ADA.account}#${WRONG_PIN}`);
  await phone.page.locator(`.dots[aria-label="${WRONG_PIN.length} digits keyed"]`).waitFor();
  await phone.hangUp();
  await phone.sees('#timeline li', 'The caller hung up');
  await phone.seesNo('#timeline li', 'Wrong PIN');

  // The account has all its tries in the next call.
  await phone.call();
  await phone.login(ADA.account, ADA.pin);
  await phone.page.locator('#caller [aria-label="0 of 3 wrong PINs"]').waitFor();
  assert.equal((await ringbolt.snapshot()).calls.length, 2);
});

pageTest('the keypad takes the mouse, and an earlier call can be opened again', {}, async ({ phone }) => {
  await phone.call();
  await phone.hears('account number');
  await phone.press('90786');
  await phone.sees('#digits', '90786');
  await phone.press('#');
  await phone.hears('PIN');
  await phone.hangUp();
  await phone.call();
  await phone.choose('#calls', '1 ·');
  await phone.sees('#call-title', 'An earlier call');
  await phone.happened('90786 #');
});
