// Everything the page asks of `ringbolt dev`, and the events it hears from it.

import { keepCall, state, update } from './state.js';
import { say } from './notices.js';

async function ask(path, body) {
  const reply = await fetch(
    path,
    body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  ).catch(() => {
    throw new Error('Ringbolt does not answer.');
  });
  const json = await reply.json().catch(() => ({}));
  if (!reply.ok)
    throw Object.assign(new Error(json.error ?? `Ringbolt answered ${reply.status}.`), { status: reply.status });
  return json;
}

/** Clock and faults, as the server sent them. */
export function keepWorld({ clock, faults }) {
  update({ clock, faults, clockRead: performance.now() });
}

export const setClock = async (to) => keepWorld(await ask('/api/clock', { set: to }));
export const setFaults = async (faults) => keepWorld(await ask('/api/faults', faults));
export const flowText = (name) => ask(`/api/flows/${encodeURIComponent(name)}`);

export async function startCall(choice) {
  const call = await ask('/api/calls', choice);
  keepCall(call);
  return call;
}

// One request after another, so that digits arrive in the order in which they were keyed.
let line = Promise.resolve();

/** Does one thing in a call. A key that comes too late for its question is forgotten, as on a real line. */
export function act(id, action) {
  line = line.then(async () => {
    try {
      keepCall(await ask(`/api/calls/${encodeURIComponent(id)}`, action));
    } catch (error) {
      const late = error.status === 409 && ('key' in action || 'silence' in action);
      if (!late) say(error.message);
    }
  });
  return line;
}

async function fetchAll(arrives) {
  const all = await ask('/api/phone');
  arrives(all);
  const restarted = state.process !== null && state.process !== all.process;
  const live = all.calls[0] && all.calls[0].phase !== 'ended' ? all.calls[0].id : null;
  const stays = all.calls.some((call) => call.id === state.viewed);
  const viewed = !restarted && stays ? state.viewed : live;
  const selected = viewed === state.viewed ? state.selected : null;
  update({ ...all, clockRead: performance.now(), viewed, selected, connected: true });
  if (restarted) say('Ringbolt was started again. The calls from before are gone.');
}

/** Listens for as long as the page is open. `arrives` gets each snapshot; `flowsChanged` runs after a file was saved. */
export function listen({ arrives, flowsChanged }) {
  const events = new EventSource('/api/events');
  const on = (name, then) => events.addEventListener(name, (event) => then(JSON.parse(event.data)));
  on('hello', () =>
    fetchAll(arrives)
      .then(flowsChanged)
      .catch(() => update({ connected: false })),
  );
  on('state', keepWorld);
  on('flows', ({ flows }) => {
    update({ flows });
    flowsChanged();
  });
  on('call', keepCall);
  events.addEventListener('error', () => {
    update({ connected: false });
    if (events.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    events.close();
    setTimeout(() => listen({ arrives, flowsChanged }), 2000);
  });
}
