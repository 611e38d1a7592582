// The caller's item in the database, as it is now: failed attempts, the lock, the attributes.

import { $, duration, el, tag } from './dom.js';
import { nowMs, viewedCall, whenChanged } from './state.js';

const WORDS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];
const word = (count) => WORDS[count] ?? String(count);

function bars({ attempts, limit }) {
  const text = `${attempts} of ${limit} wrong PINs`;
  const row = el('div', { class: 'attempts', role: 'img', 'aria-label': text });
  for (let n = 0; n < limit; n += 1) row.append(el('i', { class: n < attempts ? 'full' : null }));
  return row;
}

function attemptsNote({ attempts, limit, locked_until_ms: until }) {
  if (until !== null) return el('span', {}, 'Locked for another ', el('b', { id: 'lock-left' }));
  if (attempts === 0) return 'No wrong PIN counted.';
  const left = Math.max(1, limit - attempts);
  const wrong = `${word(attempts)} wrong ${attempts === 1 ? 'PIN' : 'PINs'}`;
  return `${wrong}. ${word(left)} more ${left === 1 ? 'locks' : 'lock'} the account; the right one clears the count.`;
}

function status(caller) {
  if (!caller.known) return { text: 'unknown', tone: 'plain' };
  if (caller.suspended) return { text: 'suspended', tone: 'bad' };
  if (isLocked(caller)) return { text: 'locked', tone: 'bad' };
  return { text: caller.status ?? 'active', tone: 'good' };
}

const isLocked = (caller) => caller.locked_until_ms !== null && caller.locked_until_ms > nowMs();

function attributes(caller) {
  const pairs = Object.entries(caller.attributes ?? {});
  if (pairs.length === 0) return null;
  const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  return el(
    'dl',
    {},
    pairs.map(([name, value]) => [el('dt', {}, name), el('dd', {}, shown(value))]),
  );
}

function drawCaller() {
  const caller = viewedCall()?.caller;
  if (!caller) {
    $('caller-title').replaceChildren('Caller');
    $('caller').replaceChildren(
      el(
        'p',
        { class: 'note' },
        viewedCall() ? 'Nobody has said who they are yet.' : 'Their attempts and locks appear here during a call.',
      ),
    );
    return;
  }
  $('caller-title').replaceChildren(`Caller ${caller.user}`, ' ', tag(status(caller)));
  const locked = isLocked(caller) ? caller : { ...caller, locked_until_ms: null };
  $('caller').replaceChildren(
    ...[
      caller.known && bars(caller),
      el(
        'p',
        { class: 'note' },
        caller.known ? attemptsNote(locked) : 'No item has this account: a wrong PIN is answered in the same way.',
      ),
      caller.suspended && el('p', { class: 'note' }, 'Suspended: only an operator can let them in again.'),
      attributes(caller),
    ].filter(Boolean),
  );
  tick();
}

function tick() {
  const left = $('lock-left');
  const until = viewedCall()?.caller?.locked_until_ms;
  if (!left || !until) return;
  if (until <= nowMs())
    drawCaller(); // the lock has run out
  else left.textContent = duration(until - nowMs());
}

export function drawCallerCard() {
  whenChanged(
    () => [Boolean(viewedCall()), viewedCall()?.caller, nowMs() < (viewedCall()?.caller?.locked_until_ms ?? 0)],
    drawCaller,
  );
  setInterval(tick, 500);
}
