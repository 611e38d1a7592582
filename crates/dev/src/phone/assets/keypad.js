// The keys: by mouse, by touch and by keyboard.

import { act } from './api.js';
import { $, el } from './dom.js';
import { isLive, viewedCall, whenChanged } from './state.js';
import { playTone } from './tones.js';
import { hush } from './voice.js';

const LETTERS = { 2: 'ABC', 3: 'DEF', 4: 'GHI', 5: 'JKL', 6: 'MNO', 7: 'PQRS', 8: 'TUV', 9: 'WXYZ', 0: '+' };
const NAMES = { '*': 'star', '#': 'pound' };
const HIT_MS = 160;
const keys = new Map();

/** Presses a key in the call on the page. The page itself keeps nothing of what is keyed. */
function press(key) {
  const call = viewedCall();
  if (!isLive(call)) return;
  playTone(key);
  hush();
  const button = keys.get(key);
  button.classList.add('hit');
  setTimeout(() => button.classList.remove('hit'), HIT_MS);
  act(call.id, { key });
}

export function hangUp() {
  const call = viewedCall();
  if (!isLive(call)) return;
  hush();
  act(call.id, { hang_up: true });
}

const takesText = (element) => element.matches('input, select, textarea, [contenteditable]');
const takesEnter = (element) => element.matches('button, a, summary, [role=tab]');

function keyboard(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (document.querySelector(':popover-open')) return; // Escape closes the popover and nothing else
  const target = event.target;
  if (event.key === 'Escape') {
    // Escape in an open list closes the list; in a text field it leaves the field.
    if (target.matches('select')) return;
    if (takesText(target)) $('keypad').focus();
    else hangUp();
    return;
  }
  if (takesText(target) && target.type !== 'checkbox') return;
  const key = event.key === 'Enter' && !takesEnter(target) ? '#' : event.key;
  if (!keys.has(key)) return;
  event.preventDefault();
  press(key);
}

export function drawKeypad() {
  for (const key of '123456789*0#') {
    const face = NAMES[key]
      ? [el('span', { 'aria-hidden': 'true' }, key === '*' ? '✱' : key), el('span', { class: 'sr' }, NAMES[key])]
      : [key];
    const button = el(
      'button',
      { type: 'button', onclick: () => press(key) },
      face,
      el('small', { 'aria-hidden': 'true' }, LETTERS[key] ?? ''),
    );
    // The keypad as a whole keeps the focus, so that Enter after a click means the pound key.
    button.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      $('keypad').focus({ preventScroll: true });
    });
    keys.set(key, button);
    $('keypad').append(button);
  }
  document.addEventListener('keydown', keyboard);
  whenChanged(
    () => isLive(viewedCall()),
    () => {
      for (const button of keys.values()) button.setAttribute('aria-disabled', String(!isLive(viewedCall())));
    },
  );
}
