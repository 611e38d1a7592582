// The calls of this session, and what can still happen to one after it has ended: transcriptions and the script.

import { act } from './api.js';
import { $, el, shownNumber, tag } from './dom.js';
import { isLive, state, update, viewedCall, whenChanged } from './state.js';

const STATES = { posted: { text: 'posted', tone: 'good' }, lost: { text: 'never comes', tone: 'bad' } };

/** Who calls, if the flow knows them. */
function callerOf({ flow: name, provider, from }) {
  const flow = state.flows.find((each) => each.name === name);
  const callers = flow?.providers.find((each) => each.id === provider)?.callers;
  return callers?.find((each) => each.from === from);
}

function name(call) {
  const caller = callerOf(call);
  const who = caller?.label ?? shownNumber(call.from);
  const end = isLive(call) ? 'on the line' : call.place_name;
  return `${call.id.replace(/^c/, '')} · ${call.flow} · ${who} · ${end}`;
}

/** Opens a call again; the next call would be like it. */
function open(id) {
  const call = state.calls.find((each) => each.id === id);
  const { flow, provider, from, dialled } = call;
  const known = state.flows.some((each) => each.name === flow);
  const user = call.user ?? callerOf(call)?.user ?? null;
  const choice = known ? { flow, provider, from, dialled, user } : state.choice;
  update({ viewed: id, selected: null, line: null, tab: null, choice });
}

function drawCalls() {
  const options = state.calls.map((call) => {
    const option = el('option', { value: call.id }, name(call));
    option.selected = call.id === state.viewed;
    return option;
  });
  if (!viewedCall()) options.unshift(el('option', { value: '', selected: true }, 'Earlier calls'));
  $('calls').replaceChildren(...options);
  $('calls-pick').hidden = state.calls.length < (viewedCall() ? 2 : 1);
  $('call-title').textContent = viewedCall() && state.calls[0] !== viewedCall() ? 'An earlier call' : 'This call';
}

function transcription(each) {
  const does = (text, what, look = null) =>
    el(
      'button',
      { type: 'button', class: look, onclick: () => act(state.viewed, { transcription: each.id, does: what }) },
      text,
    );
  return el(
    'li',
    {},
    el('span', {}, 'Transcription of question ', el('b', {}, String(each.question)), ` in ${each.ivr}`),
    each.state === 'pending'
      ? el(
          'span',
          { class: 'row' },
          does('Post it', 'post', 'main'),
          does('Post twice', 'post_twice'),
          does('Never', 'lose'),
        )
      : tag(STATES[each.state] ?? { text: each.state, tone: 'plain' }),
  );
}

function drawTranscriptions() {
  const list = viewedCall()?.transcriptions ?? [];
  const had = $('transcriptions').contains(document.activeElement);
  $('transcriptions').replaceChildren(
    ...(list.length ? [el('ul', { class: 'transcriptions' }, list.map(transcription))] : []),
  );
  // The button that was pressed is gone; the focus stays in this part of the page.
  if (had) ($('transcriptions').querySelector('button') ?? $('call-title')).focus({ preventScroll: true });
}

function drawScript() {
  const call = viewedCall();
  const link = $('script');
  link.setAttribute('aria-disabled', String(!call));
  if (call) {
    link.setAttribute('href', `/api/calls/${encodeURIComponent(call.id)}/script`);
    link.setAttribute('download', `${call.flow}-${call.id}.yaml`);
  } else {
    link.removeAttribute('href');
  }
}

export function drawSession() {
  $('calls').addEventListener('change', () => $('calls').value && open($('calls').value));
  whenChanged(
    () => [state.viewed, state.calls.map((call) => [call.id, call.phase, call.place_name]), state.flows.length],
    drawCalls,
  );
  whenChanged(() => [state.viewed, viewedCall()?.transcriptions], drawTranscriptions);
  whenChanged(() => state.viewed, drawScript);
}
