// What the page knows. The server holds the calls; this is a view of them, and it goes when the page goes.

export const state = {
  process: null, // the server's process; another one means that all calls are gone
  connected: true,
  clock: null, // the pretended clock, as the server sent it
  clockRead: 0, // performance.now() when it came
  faults: { database: 'ok', provider_retries: false },
  flows: [],
  calls: [], // newest first
  viewed: null, // id of the call on the page
  selected: null, // number of the selected event; null follows the newest
  tab: null, // 'event' or 'file' once the reader chose; null follows the call
  line: null, // the line to show in the flow file
  choice: { flow: null, provider: null, from: null, dialled: null, user: null },
  text: null, // GET /api/flows/NAME of the flow on the page
};

const renderers = [];
let due = false;

/** Runs `draw` after a change if what `read` returns differs from the last time. */
export function whenChanged(read, draw) {
  let last;
  renderers.push(() => {
    const now = JSON.stringify(read());
    if (now !== last) {
      last = now;
      draw();
    }
  });
}

/** Changes the state; everything that depends on it is drawn once, at the end of the current task. */
export function update(patch) {
  Object.assign(state, patch);
  if (due) return;
  due = true;
  queueMicrotask(() => {
    due = false;
    for (const render of renderers) render();
  });
}

/** The call on the page, or undefined. */
export const viewedCall = () => state.calls.find((call) => call.id === state.viewed);

/** True while somebody is on the line. */
export const isLive = (call) => Boolean(call) && call.phase !== 'ended';

/** The flow on the page: the call's, or the chosen one. */
export function flowOnPage() {
  const name = viewedCall()?.flow ?? state.choice.flow;
  return state.flows.find((flow) => flow.name === name) ?? state.flows[0];
}

/** Events of a call never change and only become more: of two versions, the one with more is newer. */
export function keepCall(call) {
  const known = state.calls.find((each) => each.id === call.id);
  if (known && known.events.length > call.events.length) return;
  const calls = known ? state.calls.map((each) => (each === known ? call : each)) : [call, ...state.calls].slice(0, 20);
  update({ calls });
}

/** The event shown in detail: the selected one, or the newest one that a webhook was part of. */
export function shownEvent() {
  const events = viewedCall()?.events ?? [];
  if (state.selected !== null) return events.find((event) => event.n === state.selected);
  return events.findLast((event) => event.details) ?? events.at(-1);
}

/** The pretended time now, in milliseconds. */
export const nowMs = () => (state.clock ? state.clock.now_ms + performance.now() - state.clockRead : Date.now());
