import assert from 'node:assert/strict';
import { pageTest } from './page_test.mjs';
import { ADA, WRONG_PIN } from './ringbolt.mjs';

const MOST_STOPS = 60;

/** Presses Tab until this element has the focus. Each element on the way must show that it has it. */
async function tabTo(phone, selector) {
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await phone.page.keyboard.press('Tab');
    const focus = await phone.page.evaluate((wanted) => {
      const element = document.activeElement;
      const ring = (each) =>
        getComputedStyle(each).outlineStyle !== 'none' && getComputedStyle(each).outlineWidth !== '0px';
      const head = getComputedStyle(element, '::before');
      const shows = ring(element) || head.outlineStyle !== 'none' || [...document.querySelectorAll('.flow')].some(ring);
      return {
        there: element.matches(wanted),
        shows: element === document.body || shows,
        name: element.outerHTML.slice(0, 80),
      };
    }, selector);
    assert.ok(focus.shows, `no focus ring on ${focus.name}`);
    if (focus.there) return;
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

pageTest('a whole call works by keyboard alone', {}, async ({ phone }) => {
  const { keyboard } = phone.page;
  await tabTo(phone, '#call');
  await keyboard.press('Enter');
  await phone.page.locator('#hang-up').waitFor();
  await phone.hears('account number');
  await phone.key(ADA.account);
  await keyboard.press('Enter'); // the pound key
  await phone.hears('PIN');
  await phone.key(WRONG_PIN);
  await keyboard.press('Enter');
  await phone.happened('Wrong PIN');

  // The timeline is one stop; arrows lead through it.
  await tabTo(phone, '#timeline .head');
  await keyboard.press('ArrowDown');
  await phone.page.locator('#timeline li.selected.moved').waitFor();
  await keyboard.press('ArrowUp');
  await phone.page.locator('#timeline li.selected.bad').waitFor();
  await tabTo(phone, '#timeline .to-line');
  await keyboard.press('Enter');
  await phone.page.locator('#file li.at').waitFor();
  await tabTo(phone, '#tab-file');
  await keyboard.press('ArrowLeft');
  await phone.sees('#event h3', 'Request');

  // Digits reach the call from there, too.
  await phone.login(ADA.account, ADA.pin);
  await phone.hears('Hello Ada');
  await tabTo(phone, '#clock');
  await keyboard.press('Enter');
  await phone.page.locator('#clock-to:focus').waitFor();
  await keyboard.type('+31 minutes');
  await keyboard.press('Enter');
  await phone.page.locator('#clock.on').waitFor();
  // Until then, what is keyed goes into its field.
  await phone.page.locator('#clock-panel').waitFor({ state: 'hidden' });
  await phone.key('1');
  await phone.hears(`${ADA.balance} dollars`);
});

pageTest(
  'a ringing telephone is answered and a fault is switched on by keyboard alone',
  { flow: null },
  async ({ phone }) => {
    const { keyboard } = phone.page;
    await tabTo(phone, '#call');
    await keyboard.press('Enter');
    await phone.login('90786', '4711');
    await phone.hears('how was our service');
    await phone.key('2');
    await phone.sees('#panel li', 'ringing');
    await tabTo(phone, '#panel button');
    await keyboard.press('Enter');
    await phone.sees('#panel li', 'Hears');
    await keyboard.press('Enter'); // the focus is on what can be done next
    await phone.happened('accepts the call');

    await tabTo(phone, '#faults');
    await keyboard.press('Enter');
    await phone.page.locator('#database input:focus').waitFor();
    for (const name of ['slow', 'throttled', 'down']) {
      await keyboard.press('ArrowDown');
      await phone.sees('#faults', `Database ${name}`);
    }
    await keyboard.press('Escape');
    await phone.page.locator('#faults-panel').waitFor({ state: 'hidden' });
    await keyboard.press('Escape');
    await phone.sees('#place', 'Call ended');
  },
);

pageTest('Escape hangs up, but only closes a dialog that is open', {}, async ({ phone }) => {
  await phone.call();
  await phone.hears('account number');
  await phone.page.locator('#clock').focus();
  await phone.page.keyboard.press('Enter');
  await phone.page.locator('#clock-panel').waitFor();
  await phone.key('12');
  await phone.page.keyboard.press('Escape');
  await phone.page.locator('#clock-panel').waitFor({ state: 'hidden' });
  await phone.seesNo('#digits', '12');
  await phone.page.locator('#keypad').focus();
  await phone.page.keyboard.press('Escape');
  await phone.sees('#place', 'Call ended');
});
