// A question's time. It runs only if "Wait for me" is off, the page is in view and no prompt is being spoken.

import { act } from './api.js';
import { $ } from './dom.js';
import { recall, remember } from './remembered.js';
import { state, viewedCall } from './state.js';
import { isSpeaking } from './voice.js';

const STEP_MS = 100;
const READING_MS_PER_LETTER = 55; // a prompt that is read takes about as long as one that is spoken

let asked = null; // which question, and how far it is answered: the time begins again with each digit
let elapsedMs = 0;
let before = performance.now();

const runs = () => !$('wait').checked && !document.hidden && !isSpeaking() && state.connected;

function step() {
  const now = performance.now();
  const passedMs = now - before;
  before = now;
  const call = viewedCall();
  const question = call?.phase === 'asking' ? call.question : null;
  const shows = Boolean(question?.timeout_ms) && !$('wait').checked;
  $('patience').hidden = !shows;
  if (!question) {
    asked = null;
    return;
  }

  const current = [call.id, call.events.length, question.name, question.keyed].join();
  if (current !== asked) {
    asked = current;
    const reads = question.keyed === 0 && !$('voice').checked;
    elapsedMs = reads ? -(call.prompt?.length ?? 0) * READING_MS_PER_LETTER : 0;
  }
  if (!shows) return;
  if (runs()) elapsedMs += passedMs;
  const left = Math.min(1, Math.max(0, 1 - elapsedMs / question.timeout_ms));
  $('patience').firstElementChild.style.transform = `scaleX(${left})`;
  if (left > 0) return;
  asked = null;
  elapsedMs = -Infinity; // until the server has answered
  act(call.id, { silence: true });
}

export function drawPatience() {
  $('wait').checked = recall('wait', true);
  $('wait').addEventListener('change', () => {
    remember('wait', $('wait').checked);
    asked = null;
  });
  setInterval(step, STEP_MS);
}
