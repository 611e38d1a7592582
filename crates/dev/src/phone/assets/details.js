// The event in detail: what the provider asked, what Ringbolt replied, and what travels on with the call.

import { $, el, tag } from './dom.js';
import { reason } from './reason.js';
import { reply } from './reply.js';
import { shownEvent, state, update, viewedCall, whenChanged } from './state.js';
import { showLine } from './timeline.js';

const SIGNATURES = { holds: 'good', broken: 'bad', absent: 'plain' };

const raw = (text) => el('details', { class: 'raw' }, el('summary', {}, 'As it was sent'), el('pre', {}, text));

function request({ method, path, fields, raw: text }) {
  const empty = fields.filter((field) => field.value === '').map((field) => field.name);
  const filled = fields.filter((field) => field.value !== '');
  const rows = filled.map((field) => [
    el('dt', {}, field.name),
    el(
      'dd',
      {},
      el('span', { class: field.secret ? 'secret' : null }, field.value),
      field.about && [' ', field.secret ? tag({ text: field.about, tone: 'plain' }) : el('em', {}, field.about)],
    ),
  ]);
  return el(
    'section',
    {},
    el('h3', {}, 'Request'),
    el('p', { class: 'first-line' }, el('b', {}, method), ' ', el('code', {}, path)),
    el('dl', {}, rows),
    empty.length > 0 && el('p', { class: 'empties' }, 'Empty: ', empty.join(', ')),
    raw(text),
  );
}

function passThrough({ pass_through: pairs, state: kept }) {
  if (pairs.length === 0 && !kept) return null;
  const facts =
    kept &&
    [
      kept.tries !== null && kept.tries !== undefined && `${kept.tries} ${kept.tries === 1 ? 'try' : 'tries'} so far`,
      kept.verified ? `${kept.verified} is verified` : 'nobody is verified',
    ]
      .filter(Boolean)
      .join(', ');
  return el(
    'section',
    {},
    el('h3', {}, 'Travels on with the call'),
    pairs.length > 0 &&
      el(
        'table',
        {},
        el(
          'thead',
          { class: 'sr' },
          el('tr', {}, el('th', { scope: 'col' }, 'Name'), el('th', { scope: 'col' }, 'Value')),
        ),
        el(
          'tbody',
          {},
          pairs.map(({ key, value }) => el('tr', {}, el('th', { scope: 'row' }, key), el('td', {}, value))),
        ),
      ),
    kept &&
      el(
        'p',
        { class: 'note' },
        'State: ',
        facts,
        '. ',
        tag({ text: `signature ${kept.signature}`, tone: SIGNATURES[kept.signature] ?? 'plain' }),
      ),
  );
}

function drawEvent() {
  const event = shownEvent();
  const pane = $('event');
  pane.scrollTop = 0;
  if (!event) {
    pane.replaceChildren(el('p', { class: 'nothing' }, 'The request and the reply of each webhook appear here.'));
    return;
  }
  const heading = event.kind === 'heard' ? 'The caller hears' : event.title;
  const because = reason(event, showLine);
  const head = el(
    'header',
    {},
    el('h2', {}, heading, event.title_soft && [' ', el('em', {}, event.title_soft)]),
    event.kind === 'heard' && el('p', {}, `“${event.title}”`),
    event.code && el('p', {}, el('code', {}, event.code)),
    event.tags.length > 0 &&
      el(
        'p',
        { class: 'tags' },
        event.tags.map((each) => [tag(each), ' ']),
      ),
    because.length > 0 && el('p', { class: 'note' }, because),
  );
  const parts = event.details
    ? [request(event.details.request), reply(event.details.reply), passThrough(event.details.reply)]
    : [el('p', { class: 'nothing' }, 'No webhook was called for this.')];
  pane.replaceChildren(head, ...parts.filter(Boolean));
}

/** Until a webhook is called, the file says more than the events do. */
const tabNow = () => state.tab ?? (shownEvent()?.details ? 'event' : 'file');

function drawTabs() {
  for (const name of ['event', 'file']) {
    const on = name === tabNow();
    $(`tab-${name}`).setAttribute('aria-selected', String(on));
    $(`tab-${name}`).tabIndex = on ? 0 : -1;
    $(name).hidden = !on;
  }
}

export function drawDetails() {
  for (const [name, other] of [
    ['event', 'file'],
    ['file', 'event'],
  ]) {
    $(`tab-${name}`).addEventListener('click', () => update({ tab: name }));
    $(`tab-${name}`).addEventListener('keydown', (event) => {
      if (!['ArrowLeft', 'ArrowRight'].includes(event.key)) return;
      $(`tab-${other}`).focus();
      update({ tab: other });
    });
  }
  whenChanged(() => [state.viewed, shownEvent()?.n, viewedCall()?.id], drawEvent);
  whenChanged(() => tabNow(), drawTabs);
}
