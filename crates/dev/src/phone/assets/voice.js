// Speaks what the caller hears, with the browser's own voices.

import { $ } from './dom.js';
import { recall, remember } from './remembered.js';
import { isLive, state, viewedCall, whenChanged } from './state.js';

const speech = window.speechSynthesis;
const spoken = new Map(); // call id -> number of the newest event already heard

/** True while a prompt is being spoken. */
export const isSpeaking = () => Boolean(speech?.speaking && $('voice').checked);

/** A caller who keys or hangs up hears no more of the prompt. */
export const hush = () => speech?.cancel();

/** What was said before the page (or its connection) was there stays unspoken. */
export function skipSpoken(calls) {
  spoken.clear();
  for (const call of calls) spoken.set(call.id, call.events.at(-1)?.n ?? 0);
}

function setSwitch() {
  const hasVoices = (speech?.getVoices().length ?? 0) > 0;
  $('voice').checked = recall('voice', hasVoices) && hasVoices;
}

function speakNew() {
  const call = viewedCall();
  if (!call) return;
  const after = spoken.get(call.id) ?? -1;
  spoken.set(call.id, call.events.at(-1)?.n ?? -1);
  if (!isLive(call) && call.events.length - 1 <= after) return hush();
  if (!$('voice').checked) return;
  const news = call.events.filter((event) => event.kind === 'heard' && event.n > after);
  for (const event of news) speech.speak(new SpeechSynthesisUtterance(event.title));
}

export function drawVoice() {
  setSwitch();
  // Some browsers learn their voices only after the page has loaded.
  speech?.addEventListener?.('voiceschanged', setSwitch);
  $('voice').addEventListener('change', () => {
    remember('voice', $('voice').checked);
    if (!$('voice').checked) hush();
  });
  whenChanged(() => [state.viewed, viewedCall()?.events.length, viewedCall()?.phase], speakNew);
}
