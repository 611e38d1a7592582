// Which flow, provider, caller and number the next call takes. During a call they show what it took.

import { startCall } from './api.js';
import { $, el, shownNumber } from './dom.js';
import { say } from './notices.js';
import { isLive, state, update, viewedCall, whenChanged } from './state.js';

const OTHER = 'other';

/** Who can call through a provider: one asks for an account, another knows its users already. */
const providerOf = (flow, provider) => flow.providers.find((each) => each.id === provider) ?? { callers: [], numbers: [] };
const callersOf = (flow, provider) => providerOf(flow, provider).callers;
const numbersOf = (flow, provider) => providerOf(flow, provider).numbers;

/** A provider's first caller and number. */
function firstWith(flow, provider) {
  const [caller] = callersOf(flow, provider);
  const [number] = numbersOf(flow, provider);
  return { provider, from: caller?.from ?? '', user: caller?.user ?? null, dialled: number?.number ?? '' };
}

/** The flow's first provider, caller and number. */
const firstOf = (flow) => ({ flow: flow.name, ...firstWith(flow, flow.providers[0]?.id) });

const callerAt = (callers, { from, user }) => callers.findIndex((each) => each.from === from && each.user === user);
const numberAt = (numbers, { dialled }) => numbers.findIndex((each) => each.number === dialled);

const option = (value, text, chosen) => {
  const made = el('option', { value }, text);
  made.selected = chosen;
  return made;
};

function drawLine(name, at, texts, typed) {
  const other = at < 0;
  const options = texts.map((text, index) => option(index, text, index === at));
  $(name).replaceChildren(
    ...options,
    option(OTHER, other && typed ? `Other: ${shownNumber(typed)}` : 'Other number…', other),
  );
  const field = $(`${name}-other`);
  field.hidden = !other;
  if (document.activeElement !== field) field.value = other ? typed : '';
}

/** What the page shows: the call's, so that an old call is seen with its own flow and numbers. */
function shown() {
  const call = viewedCall();
  return isLive(call) ? { ...call, user: callUser(call) } : state.choice;
}

// A call names its user only for providers that know them; the caller's number finds the line in the list.
const callUser = (call) => call.user ?? (state.choice.from === call.from ? state.choice.user : null);

function drawChoices() {
  const live = isLive(viewedCall());
  const choice = shown();
  const flow = state.flows.find((each) => each.name === choice.flow); // a call's own
  if (!flow) return;
  $('flow').replaceChildren(...state.flows.map((each) => option(each.name, each.name, each === flow)));
  $('provider').replaceChildren(
    ...flow.providers.map((each) => option(each.id, each.name, each.id === choice.provider)),
  );
  const callers = callersOf(flow, choice.provider);
  const numbers = numbersOf(flow, choice.provider);
  const at = callerAt(callers, choice);
  drawLine(
    'from',
    at,
    callers.map((each) => `${each.label} · ${each.from_shown}`),
    choice.from,
  );
  drawLine(
    'dialled',
    numberAt(numbers, choice),
    numbers.map((each) => [each.shown, each.label].filter(Boolean).join(' · ')),
    choice.dialled,
  );
  const hint = callers[at]?.hint;
  $('hint').replaceChildren(
    ...(hint
      ? [el('span', {}, `${callers[at].label}’s`), ' ', el('b', {}, hint)]
      : ['No PIN of this caller is known here.']),
  );
  for (const id of ['flow', 'provider', 'from', 'dialled', 'from-other', 'dialled-other']) $(id).disabled = live;
  document.title = `${flow.name} · Ringbolt`;
}

const chosenFlow = () => state.flows.find((each) => each.name === state.choice.flow);
const choose = (part) => update({ choice: { ...state.choice, ...part } });

/** Another flow, chosen between calls, leaves the call that was on the page. */
function chooseFlow(name) {
  const flow = state.flows.find((each) => each.name === name);
  update({ choice: firstOf(flow), viewed: null, selected: null, tab: null, line: null });
}

function chooseLine(name, value, known, typedAs) {
  if (value !== OTHER) return choose(known(Number(value)));
  choose(typedAs(''));
  queueMicrotask(() => $(`${name}-other`).focus()); // once the field is on the page
}

async function call() {
  try {
    const { id } = await startCall(state.choice);
    update({ viewed: id, selected: null, tab: null, line: null });
    $('keypad').focus({ preventScroll: true });
  } catch (error) {
    say(error.message);
  }
}

export function drawChoosing() {
  $('flow').addEventListener('change', () => chooseFlow($('flow').value));
  $('provider').addEventListener('change', () => choose(firstWith(chosenFlow(), $('provider').value)));
  $('from').addEventListener('change', () =>
    chooseLine(
      'from',
      $('from').value,
      (index) => {
        const { from, user } = callersOf(chosenFlow(), state.choice.provider)[index];
        return { from, user };
      },
      (from) => ({ from, user: null }),
    ),
  );
  $('dialled').addEventListener('change', () =>
    chooseLine(
      'dialled',
      $('dialled').value,
      (index) => ({ dialled: numbersOf(chosenFlow(), state.choice.provider)[index].number }),
      (dialled) => ({ dialled }),
    ),
  );
  $('from-other').addEventListener('input', () =>
    choose({ from: $('from-other').value.replace(/[^\d+]/g, ''), user: null }),
  );
  $('dialled-other').addEventListener('input', () =>
    choose({ dialled: $('dialled-other').value.replace(/[^\d+]/g, '') }),
  );
  $('call').addEventListener('click', call);

  whenChanged(
    () => state.flows.map((each) => each.name),
    () => {
      if (state.flows.length && !state.flows.some((each) => each.name === state.choice.flow))
        choose(firstOf(state.flows[0]));
    },
  );
  whenChanged(() => [state.flows, state.choice, shown(), isLive(viewedCall())], drawChoices);
}
