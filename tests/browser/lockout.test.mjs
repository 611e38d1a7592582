import assert from 'node:assert/strict';
import { pageTest } from './page_test.mjs';
import { ADA, OTHER_WRONG_PIN, WRONG_PIN } from './ringbolt.mjs';

pageTest(
  'a locked caller sees the countdown run, and is let in once the clock has moved past it',
  {},
  async ({ phone }) => {
    await phone.setClock('Monday 10:00');
    await phone.call();
    for (const pin of [WRONG_PIN, OTHER_WRONG_PIN, WRONG_PIN.split('').reverse().join('')]) {
      await phone.login(ADA.account, pin);
    }
    await phone.happened('No tries left');
    await phone.sees('#caller-title', 'locked');
    await phone.sees('#lock-left', /^(30:00|29:5\d)$/);
    const before = await phone.text('#lock-left');
    await phone.page.waitForFunction((text) => document.getElementById('lock-left').textContent !== text, before);
    await phone.sees('#lock-left', /^29:5\d$/);

    await phone.hangUp();
    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.happened('The account is locked');
    await phone.hears('this account is locked for a while');
    await phone.hangUp();

    await phone.setClock('+31 minutes');
    await phone.sees('#clock', '10:3');
    assert.ok(await phone.page.locator('#clock.on').isVisible(), 'a moved clock is marked');
    await phone.call();
    await phone.login(ADA.account, ADA.pin);
    await phone.hears('Hello Ada');
    await phone.page.locator('#caller [aria-label="0 of 3 wrong PINs"]').waitFor();
    await phone.seesNo('#caller-title', 'locked');
  },
);

pageTest('a time that cannot be read is refused with examples', {}, async ({ phone, watched }) => {
  watched.offline = true; // Chromium reports the refused request on the console
  await phone.page.locator('#clock').click();
  await phone.page.locator('#clock-to').fill('when the cows come home');
  await phone.page.keyboard.press('Enter');
  await phone.sees('#clock-wrong', 'Saturday 10:30');
  await phone.page.keyboard.press('Escape');
  await phone.page.locator('#clock-panel').waitFor({ state: 'hidden' });
});
