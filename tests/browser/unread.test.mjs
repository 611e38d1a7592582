import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { pageTest } from './page_test.mjs';
import { ADA } from './ringbolt.mjs';

const STREAMS = 50;
/** More than what the server keeps for a page that lags behind. */
const UPDATES = 600;
/** Far less than what a webhook would take that waits for a stalled stream, which never ends. */
const AT_MOST_MS = 5_000;

/** Opens the event stream and never reads it. */
async function neverReads(port) {
  const socket = connect({ host: '127.0.0.1', port });
  socket.pause();
  socket.on('error', () => {}); // the server may close it
  await once(socket, 'connect');
  socket.write(`GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  return socket;
}

async function inTime(work) {
  const began = performance.now();
  const result = await work();
  const took = performance.now() - began;
  assert.ok(took < AT_MOST_MS, `it took ${Math.round(took)} ms`);
  return result;
}

pageTest('event streams that are never read hold up neither webhooks nor the page', {}, async ({ ringbolt, phone }) => {
  const sockets = await Promise.all(Array.from({ length: STREAMS }, () => neverReads(ringbolt.port)));
  try {
    const call = await ringbolt.post('/api/calls', {
      flow: 'bank',
      provider: 'dialogtech',
      from: '2125550142',
      dialled: '8005550123',
      user: null,
    });
    // Each key sends the whole call to every page: the streams fill up.
    for (let sent = 0; sent < UPDATES; sent += 1) {
      await ringbolt.post(`/api/calls/${call.id}`, sent % 8 === 7 ? { key: '*' } : { key: '5' }).catch(() => {});
    }
    const fields = {
      ivr_id: '10001',
      ivr_session_id: 's-1',
      ivr_response_id: 'r-1',
      account: ADA.account,
      pin: ADA.pin,
    };
    const reply = await inTime(() => ringbolt.webhook('/dialogtech/bank/next-action', fields));
    assert.match(await reply.text(), /10002/);
    await ringbolt.post(`/api/calls/${call.id}`, { hang_up: true }).catch(() => {});
    await phone.sees('#story', 'Call');
    await inTime(() => phone.call());
    await phone.login(ADA.account, ADA.pin);
    await phone.hears('Hello Ada');
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});
