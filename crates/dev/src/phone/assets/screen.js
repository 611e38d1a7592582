// The telephone's screen: where the call is, what the caller hears, and the digits as they are keyed.

import { act } from './api.js';
import { $, duration, el, shownNumber } from './dom.js';
import { isLive, nowMs, state, viewedCall, whenChanged } from './state.js';
import { hush } from './voice.js';

const MOST_DOTS = 14;
const LONG_PROMPT = 90;
const LEAVES_PROMPT = ['heard', 'keyed', 'silence', 'recorded', 'ring'];
const HUNG_UP = 'The caller hung up';
const PASSING = ['heard', 'keyed', 'moved', 'note'];

/** Keeps a number on one line. */
const unbroken = (number) => number.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011');
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function whereText(call) {
  if (state.process === null) return '…';
  if (!call) return 'Ready';
  if (call.phase === 'ended') return 'Call ended';
  if (call.phase === 'waiting') return `${placeName(call)} · one moment`;
  if (call.phase === 'talking') return 'Talking';
  return placeName(call);
}

const withNumbers = (text) => text.replace(/\(\d{3}\) \d{3}-\d{4}/g, unbroken);

/** A place's name; a telephone number in it as people read it. */
const placeName = (call) => capital(call.place_name).replace(/\b\d{10}\b/g, shownNumber);

/** What the caller hears, and apart from that what became of the call. */
function promptParts(call) {
  if (!call) {
    const { dialled } = state.choice;
    if (dialled === null) return {};
    return { news: dialled ? `Press Call to ring ${unbroken(shownNumber(dialled))}.` : 'Enter a number to dial.' };
  }
  if (call.phase !== 'talking' && call.phase !== 'ended') return { heard: call.prompt ?? '' };
  const heard = lastHeard(call.events);
  if (call.phase === 'ended') return { heard, news: call.ended };
  const last = call.events.findLast((event) => ['moved', 'person'].includes(event.kind));
  return { heard, news: last && `${[last.title, last.title_soft].filter(Boolean).join(' ')}.` };
}

/** The last prompt, unless the caller did something after it: an answered question is over. */
function lastHeard(events) {
  const last = events.findLast(({ kind, title }) => LEAVES_PROMPT.includes(kind) || title === HUNG_UP);
  return last?.kind === 'heard' ? last.title : null;
}

/** What a question takes, for somebody who sees it for the first time: `4 to 8 digits, then #`. */
function askedFor({ min, max, one_of: choices }) {
  if (choices.length) return choices.join(choices.length === 2 ? ' or ' : ', ');
  if (!max) return 'Digits, then #';
  const count = min === max ? `${max}` : `${min} to ${max}`;
  return `${count} ${max === 1 ? 'digit' : 'digits'}, then #`;
}

function keyed(question) {
  if (!question) return [];
  if (question.keyed === 0 && !question.secret) return [el('span', { class: 'asked' }, askedFor(question))];
  if (!question.secret) return [el('span', { class: 'shown' }, question.shown ?? '', el('i', { class: 'caret' }))];
  const dots = Math.min(MOST_DOTS, Math.max(question.min, question.keyed));
  const row = el('span', { class: 'dots', role: 'img', 'aria-label': `${question.keyed} digits keyed` });
  for (let n = 0; n < dots; n += 1) row.append(el('i', { class: n < question.keyed ? null : 'hollow' }));
  if (dots === 0) return [el('span', { class: 'asked' }, askedFor(question))];
  return question.keyed === 0 ? [row, el('span', { class: 'asked' }, askedFor(question))] : [row];
}

function drawScreen() {
  const call = viewedCall();
  $('place').textContent = whereText(call);
  const { heard, news } = promptParts(call);
  $('prompt').replaceChildren(
    ...[
      heard && el('span', { class: 'heard' }, withNumbers(heard)),
      news && el('span', { class: 'news' }, withNumbers(news)),
    ].filter(Boolean),
  );
  $('prompt').classList.toggle('long', `${heard ?? ''}${news ?? ''}`.length > LONG_PROMPT);
  // A text that does not fit can be scrolled, also by keyboard.
  $('prompt').tabIndex = $('prompt').scrollHeight > $('prompt').clientHeight + 1 ? 0 : -1;
  const asking = call?.phase === 'asking' ? call.question : null;
  $('digits').replaceChildren(...keyed(asking));
  $('say-nothing').hidden = !asking;
  if (!isLive(call) && document.activeElement === $('hang-up')) $('keypad').focus({ preventScroll: true });
  $('call').hidden = isLive(call);
  $('call').disabled = state.process === null;
  $('hang-up').hidden = !isLive(call);
}

/** `Wrong PIN at login · 1 of 3`; a sentence that follows the title is set apart. */
function inOneLine({ title, title_soft: soft, tags }) {
  const apart = /^\p{Lu}/u.test(soft) ? ' · ' : ' ';
  return [soft ? title + apart + soft : title, tags[0]?.text].filter(Boolean).join(' · ');
}

function drawElapsed() {
  const call = viewedCall();
  const ms = isLive(call) ? nowMs() - call.started_ms : call?.events.at(-1)?.at_ms;
  $('elapsed').textContent = call ? duration(ms ?? 0) : '';
}

export function drawPhone() {
  $('say-nothing').addEventListener('click', () => {
    hush();
    act(state.viewed, { silence: true });
    $('keypad').focus({ preventScroll: true });
  });
  whenChanged(() => {
    const call = viewedCall();
    return [
      state.process,
      call?.id,
      call?.phase,
      call?.prompt,
      call?.place_name,
      call?.question,
      call?.ended,
      call?.events.length,
      state.choice.dialled,
    ];
  }, drawScreen);
  whenChanged(() => [state.viewed, state.clock, viewedCall()?.phase], drawElapsed);
  setInterval(drawElapsed, 500);
  // On a narrow page the newest result is shown beneath the keys, since the list is further down.
  whenChanged(
    () => [state.viewed, viewedCall()?.events.length],
    () => {
      const newest = viewedCall()?.events.findLast((event) => !PASSING.includes(event.kind));
      $('latest').textContent = newest ? inOneLine(newest) : '';
      $('latest').className = newest?.tone ?? '';
      $('latest').hidden = !newest;
    },
  );
}
