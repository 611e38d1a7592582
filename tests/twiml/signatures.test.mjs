// The providers' own libraries for Node.js judge what Ringbolt signs, accepts and refuses.
//
// Core's tests write vectors.json. They also verify signed_by_node.json, which the libraries sign here:
// RINGBOLT_UPDATE_DOCS=1 cargo xtask test --only twiml updates it.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'node:querystring';
import { test } from 'node:test';

// By their paths, because a package need not export the file; and the file alone, because it needs few other packages.
const library = (name) => createRequire(import.meta.url)(join(process.env.RINGBOLT_TEST_TWIML_LIBRARIES, name));
const twilio = library('twilio/lib/webhooks/webhooks.js');
const signalwire = library('@signalwire/compatibility-api/lib/webhooks/webhooks.js');

const TWILIO = 'x-twilio-signature';
const SETTINGS = 'x-twilio-webhooks-signature-settings';
const SIGNALWIRE = 'x-signalwire-signature';

const file = (name) => new URL(name, import.meta.url);
const json = (name) => JSON.parse(readFileSync(file(name), 'utf8'));
const { keys, vectors } = json('vectors.json');

// What Ringbolt refuses and a library accepts, with the reason.
const STRICTER = {
  'twilio: the headers of two providers': 'only one provider sends a request',
  'twilio: an untrue header of SignalWire': 'Twilio does not send that header',
  'twilio: dots in the path': 'API Gateway does not route them',
};

const provider = (vector) => vector.name.split(/[ :]/)[0];

// The libraries only know HMAC-SHA1 in base64. Telnyx's library for Python judges its signatures.
const isJudged = ({ name, headers }) =>
  !headers[SETTINGS] && !/^(telnyx|twilio HMAC_SHA256|signalwire (raw|SHA-256|with a wrong))/.test(name);

function accepts(vector) {
  const { url, body, headers } = vector;
  const isForm = headers['content-type'].startsWith('application/x-www-form-urlencoded');
  const isTwilio = provider(vector) === 'twilio';
  const judge = isTwilio ? twilio : signalwire;
  const signature = (isTwilio ? headers[TWILIO] : headers[SIGNALWIRE] ?? headers[TWILIO]) ?? '';
  return keys[provider(vector)].some((key) =>
    isForm
      ? judge.validateRequest(key, signature, url, parse(body), true)
      : judge.validateRequestWithBody(key, signature, url, body),
  );
}

for (const vector of vectors.filter(isJudged)) {
  test(vector.name, () => {
    assert.equal(accepts(vector), vector.valid || vector.name in STRICTER);
  });
}

test('every exception is a vector', () => {
  const names = new Set(vectors.filter(isJudged).map((vector) => vector.name));
  assert.deepEqual(Object.keys(STRICTER).filter((name) => !names.has(name)), []);
});

function signedRequests() {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  return json('requests.json').flatMap(({ name, url, signed_url = url, only, form: body }) => {
    const of = (how, provider, headers) => ({
      name: `${name}, ${how}`,
      provider,
      url,
      headers: { ...form, ...headers },
      body,
      now_secs: 1795000000,
    });
    const reversed = body.split('&').reverse().join('&');
    const sign = (signer, key, text) => signer.getExpectedTwilioSignature(key, signed_url, parse(text));
    const signed = [
      of('Twilio', 'twilio', { [TWILIO]: sign(twilio, keys.twilio[0], body) }),
      of('SignalWire', 'signalwire', { [SIGNALWIRE]: sign(signalwire, keys.signalwire[0], body) }),
      {
        ...of('SignalWire, reversed', 'signalwire', {
          [SIGNALWIRE]: sign(signalwire, keys.signalwire[0], reversed),
        }),
        body: reversed,
      },
    ];
    return signed.filter((request) => only === undefined || request.provider === only);
  });
}

test('the libraries accept what they sign', () => {
  const refused = signedRequests().filter((request) => !accepts({ ...request, name: request.provider }));
  assert.deepEqual(refused.map(({ name }) => name), []);
});

test('the signed requests are those of the libraries', () => {
  const expected = `${JSON.stringify(signedRequests(), null, 2)}\n`;
  if (process.env.RINGBOLT_UPDATE_DOCS !== undefined) {
    writeFileSync(file('signed_by_node.json'), expected);
  }
  assert.equal(readFileSync(file('signed_by_node.json'), 'utf8'), expected);
});
