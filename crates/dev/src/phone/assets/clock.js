// The pretended clock: it runs on from whatever it was set to.

import { setClock } from './api.js';
import { $, el } from './dom.js';
import { nowMs, state, whenChanged } from './state.js';

const OFTEN = ['+10 minutes', '+31 minutes', 'Monday 10:00', 'Saturday 10:30', 'Saturday 22:00'];

/** `Mon 9 Mar, 10:00` and ` New York`; the server's own text if the browser does not know the time zone. */
function shown({ zone, shown: sent }) {
  try {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(nowMs());
    const part = (type) => parts.find((each) => each.type === type).value;
    const city = zone.split('/').at(-1).replaceAll('_', ' ');
    return [`${part('weekday')} ${part('day')} ${part('month')}, ${part('hour')}:${part('minute')}`, ` ${city}`];
  } catch {
    return [sent, ''];
  }
}

function tick() {
  if (!state.clock) return;
  const [time, city] = shown(state.clock);
  $('clock-shown').replaceChildren(time, el('span', { class: 'roomy' }, city));
  $('clock').setAttribute('aria-label', `Clock ${time}${city}`);
}

async function set(to) {
  $('clock-wrong').textContent = '';
  try {
    await setClock(to);
    $('clock-panel').hidePopover();
    $('clock-to').value = '';
  } catch (error) {
    $('clock-wrong').textContent = error.message;
  }
}

export function drawClock() {
  $('clock-form').addEventListener('submit', (event) => {
    event.preventDefault();
    set($('clock-to').value.trim());
  });
  $('clock-quick').append(
    ...OFTEN.map((to) => el('button', { type: 'button', onclick: () => set(to) }, to)),
    el('button', { type: 'button', id: 'clock-now', onclick: () => set('now') }, 'The real time'),
  );
  whenChanged(
    () => state.clock,
    () => {
      $('clock').classList.toggle('on', Boolean(state.clock?.moved));
      tick();
    },
  );
  setInterval(tick, 1000);
}
