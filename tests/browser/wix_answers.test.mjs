import assert from 'node:assert/strict';
import { pageTest } from './page_test.mjs';

pageTest('each provider offers its own callers', { flow: null }, async ({ phone }) => {
  const callers = async () => (await phone.page.locator('#from option').allInnerTexts()).join();
  assert.match(await callers(), /Ada/);
  assert.doesNotMatch(await callers(), /Alan/);
  await phone.choose('#provider', 'Wix Answers');
  assert.match(await callers(), /Alan/);
  assert.doesNotMatch(await callers(), /Ada/);
  // Wix Answers knows its user: there is no account to key.
  await phone.choose('#from', 'Alan');
  assert.doesNotMatch(await phone.text('#hint'), /account/);
});

pageTest(
  'a Wix Answers call is let in with the right PIN and turned away with a wrong one',
  { flow: null },
  async ({ phone }) => {
    await phone.choose('#provider', 'Wix Answers');
    await phone.choose('#from', 'Alan');
    await phone.call();
    await phone.hears('Please key your PIN');
    await phone.key('9999#');
    await phone.hears('That PIN did not match');
    await phone.page.locator('#caller [aria-label="1 of 3 wrong PINs"]').waitFor();
    await phone.hangUp();
    await phone.call();
    await phone.key('1234#');
    await phone.hears('You are logged in');
    await phone.sees('#event pre', '5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064');
  },
);

pageTest('a Wix Answers user whom nobody enrolled is disconnected', { flow: null }, async ({ phone }) => {
  await phone.choose('#provider', 'Wix Answers');
  await phone.choose('#from', 'Somebody unknown');
  await phone.call();
  await phone.hears('Please key your PIN');
  await phone.key('1234#');
  await phone.sees('#place', 'Call ended');
});
