import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { browser, REBOUND_NAME } from './chromium.mjs';
import { pageTest } from './page_test.mjs';

const PATHS = ['/', '/phone/main.js', '/api/phone', '/api/events', '/api/flows/bank'];

/** The status of a request with these headers. */
async function status(ringbolt, path, headers, body) {
  const sent = request({ host: '127.0.0.1', port: ringbolt.port, path, method: body ? 'POST' : 'GET', headers });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.destroy();
  return response.statusCode;
}

pageTest('a request with a foreign Host or Origin is refused', {}, async ({ ringbolt }) => {
  const ours = `127.0.0.1:${ringbolt.port}`;
  for (const path of PATHS) {
    assert.equal(await status(ringbolt, path, { host: ours }), 200, path);
    assert.equal(await status(ringbolt, path, { host: `localhost:${ringbolt.port}` }), 200, path);
    for (const host of [`ringbolt.example.com:${ringbolt.port}`, 'ringbolt.example.com', '127.0.0.1', '127.0.0.1:1']) {
      assert.equal(await status(ringbolt, path, { host }), 403, `${path} for ${host}`);
    }
    for (const origin of ['http://example.com', `https://${ours}`, 'http://127.0.0.1:1', 'null']) {
      assert.equal(await status(ringbolt, path, { host: ours, origin }), 403, `${path} from ${origin}`);
    }
  }
  const dial = JSON.stringify({ flow: 'bank', provider: 'dialogtech', from: '2125550142', dialled: '8005550123' });
  assert.equal(await status(ringbolt, '/api/calls', { host: ours, origin: 'http://example.com' }, dial), 403);
  assert.deepEqual((await ringbolt.snapshot()).calls, []);
});

/** Serves an empty page of another origin on this machine. */
async function foreignSite() {
  const site = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<title>Foreign</title>'),
  );
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  return site;
}

/** What a page tries, in its own words. Runs in the page. */
async function attack(address) {
  const tried = {};
  const attempt = async (name, options) => {
    tried[name] = await fetch(`${address}/api/phone`, options).then(
      (reply) => reply.text(),
      () => 'refused',
    );
  };
  await attempt('fetch', {});
  await attempt('blind', { mode: 'no-cors' });
  const dial = JSON.stringify({ flow: 'bank', provider: 'dialogtech', from: '2125550142', dialled: '8005550123' });
  const post = { method: 'POST', mode: 'no-cors', body: dial };
  await fetch(`${address}/api/calls`, post).catch(() => {});
  const down = { method: 'POST', mode: 'no-cors', body: '{"database":"down"}' };
  await fetch(`${address}/api/faults`, down).catch(() => {});
  tried.events = await new Promise((resolve) => {
    const events = new EventSource(`${address}/api/events`);
    events.addEventListener('hello', () => resolve('heard'));
    events.addEventListener('error', () => resolve('refused'));
  });
  tried.script = await new Promise((resolve) => {
    const script = document.createElement('script');
    script.onload = () => resolve('loaded');
    script.onerror = () => resolve('refused');
    script.src = `${address}/phone/main.js`;
    document.head.append(script);
  });
  return tried;
}

pageTest('a foreign page in the same browser learns nothing and changes nothing', {}, async ({ ringbolt }) => {
  const site = await foreignSite();
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    const tried = await page.evaluate(attack, ringbolt.address);
    assert.deepEqual(tried, { fetch: 'refused', blind: 'refused', events: 'refused', script: 'refused' });
    const { calls, faults } = await ringbolt.snapshot();
    assert.deepEqual(calls, []);
    assert.equal(faults.database, 'ok');
  } finally {
    await context.close();
    site.close();
  }
});

/** What a page tries at the database, even with its key, and at a webhook. Runs in the page. */
async function attackDatabase({ database, key, webhook }) {
  const scan = {
    method: 'POST',
    body: '{"TableName":"ringbolt-callers"}',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.Scan',
      'x-amz-date': '20261126T120000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261126/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
    },
  };
  const read = (url, options) =>
    fetch(url, options).then(
      async (reply) => `read ${reply.type}: ${await reply.text()}`,
      () => 'refused',
    );
  const loads = (url) =>
    new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve('loaded');
      image.onerror = () => resolve('refused');
      image.src = url;
    });
  return {
    scan: await read(database, scan),
    get: await read(database, {}),
    blind: await read(database, { method: 'POST', mode: 'no-cors', body: scan.body }),
    webhook: await read(webhook, {}),
    image: await loads(webhook),
  };
}

pageTest('a foreign page reads nothing of the database and calls no webhook', { onDisk: true }, async ({ ringbolt }) => {
  const { address: database, key } = await ringbolt.database();
  const fields = { auth: 'dev-token-not-secret', ivr_id: '12345', account: '90786', pin: '6194735' };
  const webhook = `${ringbolt.address}/dialogtech/bank/next-action?${new URLSearchParams(fields)}`;
  const site = await foreignSite();
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    const tried = await page.evaluate(attackDatabase, { database, key, webhook });
    const nothing = { scan: 'refused', get: 'refused', blind: 'refused', webhook: 'refused', image: 'refused' };
    assert.deepEqual(tried, nothing);
    const refused = /-> {2}403/g;
    await ringbolt.printed(refused, 2);
    assert.equal([...ringbolt.output.matchAll(refused)].length, 2, ringbolt.output);
    assert.doesNotMatch(ringbolt.output, /wrong|verified/);
  } finally {
    await context.close();
    site.close();
  }
});

pageTest('a foreign name that leads to this machine gets a refusal instead of the page', {}, async ({ ringbolt }) => {
  const context = await (await browser()).newContext();
  const page = await context.newPage();
  const response = await page.goto(`http://${REBOUND_NAME}:${ringbolt.port}/`);
  assert.equal(response.status(), 403);
  assert.match(await response.text(), /open it under the address/);
  const fetched = await page.evaluate(() => fetch('/api/phone').then((reply) => reply.status));
  assert.equal(fetched, 403);
  await context.close();
});
