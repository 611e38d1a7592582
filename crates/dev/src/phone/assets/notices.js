// Sentences at the lower edge: what went wrong, and whether Ringbolt answers. They move nothing else.

import { $, el } from './dom.js';
import { state, whenChanged } from './state.js';

const SHOWN_MS = 9000;

/** Shows a sentence for a while. */
export function say(sentence) {
  const notice = el(
    'p',
    { class: 'bar' },
    sentence,
    ' ',
    el('button', { type: 'button', class: 'quiet', onclick: () => notice.remove() }, 'Dismiss'),
  );
  $('notices').replaceChildren(notice);
  setTimeout(() => notice.remove(), SHOWN_MS);
}

export function drawConnection() {
  whenChanged(
    () => state.connected,
    () => {
      $('gone').textContent = state.connected ? '' : 'Ringbolt is not running. Start it again: this page reconnects.';
      document.body.classList.toggle('disconnected', !state.connected);
    },
  );
}
