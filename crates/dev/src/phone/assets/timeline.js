// The call as a list that grows: each entry can be selected, and says why it happened.

import { $, duration, el, tag } from './dom.js';
import { reason } from './reason.js';
import { shownEvent, state, update, viewedCall, whenChanged } from './state.js';

let drawn = { call: null, events: 0 };

/** Selecting the newest event follows the call again; selecting an older one keeps it on the page. */
export function select(n) {
  const newest = viewedCall()?.events.findLast((event) => event.details) ?? viewedCall()?.events.at(-1);
  update({ selected: newest?.n === n ? null : n, tab: 'event', line: null });
}

export const showLine = (line) => update({ tab: 'file', line });

function title(event) {
  if (event.kind === 'heard') return el('span', { class: 'said' }, `“${event.title}”`);
  if (event.kind === 'keyed') return el('span', { class: 'said' }, event.title);
  return el('b', {}, event.title);
}

function entry(event) {
  const head = el(
    'button',
    { type: 'button', class: 'head', tabindex: '-1', onclick: () => select(event.n) },
    el('time', {}, duration(event.at_ms)),
    el('span', { class: 'dot', 'aria-hidden': 'true' }),
    el(
      'span',
      { class: 'what' },
      title(event),
      event.title_soft && [' ', el('em', {}, event.title_soft)],
      event.code && [' ', el('code', {}, event.code)],
      event.tags.map((each) => [' ', tag(each)]),
    ),
  );
  const because = reason(event, showLine);
  for (const line of because) if (line.matches?.('.to-line')) line.tabIndex = -1;
  const below = because.length > 0 && el('p', { class: 'why' }, because);
  return el('li', { class: `${event.tone} ${event.kind}`, 'data-n': event.n }, head, below);
}

function announce(events) {
  for (const event of events) {
    const text = [event.title, event.title_soft, event.code, ...event.tags.map((each) => each.text)]
      .filter(Boolean)
      .join(', ');
    $('announce').append(el('p', {}, text));
  }
  while ($('announce').children.length > 6) $('announce').firstElementChild.remove();
}

function drawTimeline() {
  const call = viewedCall();
  const events = call?.events ?? [];
  $('empty').hidden = events.length > 0;
  const id = call && `${state.process}/${call.id}`; // another process counts its calls from 1 again
  if (drawn.call !== id) {
    $('timeline').replaceChildren();
    drawn = { call: id, events: 0 };
  }
  const news = events.slice(drawn.events);
  if (news.length === 0) return;
  const first = drawn.events === 0;
  $('timeline').append(...news.map(entry));
  drawn.events = events.length;
  if (!first || news.length < 4) announce(news);
  $('story').scrollTop = $('story').scrollHeight;
}

/** One entry is in the tab order: the one in detail. The arrow keys lead to the others. */
function drawSelected() {
  const shown = shownEvent()?.n;
  for (const item of $('timeline').children) {
    const selected = item.dataset.n === String(shown);
    item.classList.toggle('selected', selected);
    const [head, line] = [item.querySelector('.head'), item.querySelector('.to-line')];
    if (selected) head.setAttribute('aria-current', 'true');
    else head.removeAttribute('aria-current');
    head.tabIndex = selected ? 0 : -1;
    if (line) line.tabIndex = selected ? 0 : -1;
  }
}

function arrows(event) {
  const item = event.target.closest('li');
  if (!item || !event.target.matches('.head')) return;
  const items = [...$('timeline').children];
  const at = items.indexOf(item);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || !items[to]) return;
  event.preventDefault();
  items[to].querySelector('.head').focus();
  select(Number(items[to].dataset.n));
}

export function drawStory() {
  $('timeline').addEventListener('keydown', arrows);
  whenChanged(() => [state.process, state.viewed, viewedCall()?.events.length], drawTimeline);
  whenChanged(() => [state.viewed, shownEvent()?.n, viewedCall()?.events.length], drawSelected);
}
