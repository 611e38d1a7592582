// What takes the keypad's place for a while: the caller speaks, or a called person's telephone rings.

import { act } from './api.js';
import { $, el, shownNumber } from './dom.js';
import { isLive, state, viewedCall, whenChanged } from './state.js';

const STATES = {
  ringing: 'ringing',
  answered: 'has answered',
  declined: 'declined',
  silent: 'did not answer',
  connected: 'connected',
};

const button = (text, action, look = null) =>
  el('button', { type: 'button', class: look, onclick: () => act(state.viewed, action) }, text);

function recording() {
  const text = el('textarea', { id: 'say', rows: 4, autocomplete: 'off' });
  const form = el(
    'form',
    {},
    el('label', { for: 'say' }, 'What the caller says'),
    text,
    el('button', { class: 'main' }, 'End the recording'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    act(state.viewed, { say: text.value });
  });
  return form;
}

/** A called person hears the whisper once they have answered, and then accepts or declines the call. */
function person({ number, state: now, whisper }, index) {
  const does = (text, what, look) => button(text, { person: index, does: what }, look);
  return el(
    'li',
    { class: now },
    el('p', {}, el('b', {}, shownNumber(number)), ' ', el('span', {}, STATES[now] ?? now)),
    whisper &&
      (now === 'ringing' || now === 'answered') &&
      el('p', { class: 'whisper' }, now === 'answered' ? 'Hears ' : 'Will hear ', `“${whisper}”`),
    now === 'ringing' &&
      el(
        'div',
        { class: 'row' },
        does('Answers', 'answers', 'main'),
        does('Declines', 'declines'),
        does('No answer', 'nobody'),
      ),
    now === 'answered' && el('div', { class: 'row' }, does('Accepts', 'accepts', 'main'), does('Declines', 'declines')),
  );
}

const ringing = (people) => el('ul', { class: 'people' }, people.map(person));

function drawPanel() {
  const call = viewedCall();
  const had = $('panel').contains(document.activeElement);
  const shows = isLive(call) && (call.phase === 'recording' || (call.phase === 'ringing' && call.people.length > 0));
  $('panel').hidden = !shows;
  $('keypad').classList.toggle('away', Boolean(shows));
  $('keypad').inert = Boolean(shows);
  if (!shows) {
    $('panel').replaceChildren();
    if (had) $('keypad').focus({ preventScroll: true });
    return;
  }
  const speaks = call.phase === 'recording';
  $('panel').setAttribute('aria-label', speaks ? 'The caller is recorded' : 'The telephone rings');
  $('panel').replaceChildren(speaks ? recording() : ringing(call.people));
  if (speaks) $('say').focus({ preventScroll: true });
  else if (had) $('panel').querySelector('button')?.focus({ preventScroll: true });
}

export function drawPanels() {
  whenChanged(() => {
    const call = viewedCall();
    return [
      call?.id,
      call?.phase,
      call?.phase === 'ringing' && call.people,
      call?.phase === 'recording' && call.question,
    ];
  }, drawPanel);
}
