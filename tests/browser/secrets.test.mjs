import assert from 'node:assert/strict';
import { get } from 'node:http';
import { pageTest } from './page_test.mjs';
import { ADA, OTHER_WRONG_PIN, WRONG_PIN } from './ringbolt.mjs';

const PINS = [ADA.pin, WRONG_PIN, OTHER_WRONG_PIN];

function assertNoPin(text, where) {
  for (const pin of PINS) assert.ok(!text.includes(pin), `a PIN is in ${where}`);
}

/** Collects everything that the event stream sends. */
function listen(address) {
  const heard = { text: '' };
  const request = get(`${address}/api/events`, (events) =>
    events.setEncoding('utf8').on('data', (text) => (heard.text += text)),
  );
  request.on('error', () => {}); // the end of the test ends the stream
  return heard;
}

pageTest('the digits of a PIN are in no response, event, page or output', {}, async ({ ringbolt, phone, open }) => {
  const heard = listen(ringbolt.address);
  const bodies = [];
  const keep = async (response) => {
    if (!response.url().endsWith('/api/events')) bodies.push(response.text());
  };
  phone.page.on('response', keep);
  const watcher = await open();
  watcher.page.on('response', keep);
  await phone.page.bringToFront(); // a page in the background is slow

  await phone.call();
  await phone.login(ADA.account, WRONG_PIN);
  await phone.happened('Wrong PIN');
  await phone.login(ADA.account, OTHER_WRONG_PIN);
  await phone.happened('2 of 3');
  await phone.hears('account number');
  await phone.key(`${ADA.account}#`);
  await phone.hears('PIN');
  await phone.key(ADA.pin);
  await phone.page.locator('.dots').waitFor();
  assertNoPin(await phone.page.content(), 'the page while the PIN is keyed');
  await phone.key('#');
  await phone.hears('Hello Ada');
  // Each event shows its request as it was sent.
  for (const entry of await phone.page.locator('#timeline .head').all()) {
    await entry.click();
    assertNoPin(await phone.page.content(), 'an event in detail');
  }
  await phone.key('1');
  await phone.hears('dollars');
  await watcher.choose('#calls', '1 ·');
  await watcher.hears('dollars');

  assertNoPin(await watcher.page.content(), 'the other page');
  assertNoPin(JSON.stringify(await ringbolt.snapshot()), 'the snapshot');
  assertNoPin((await Promise.all(bodies)).join('\n'), 'a response');
  assert.ok(heard.text.includes('Right PIN'), 'the event stream was heard');
  assertNoPin(heard.text, 'an event');
  await ringbolt.printed(/ {2}verified/g, 1);
  assertNoPin(ringbolt.output, 'the output of ringbolt dev');
  const kept = await phone.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assertNoPin(kept, 'what the browser keeps');
});
