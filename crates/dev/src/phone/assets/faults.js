// Faults that are switched on, so that it can be heard what callers get when something breaks.

import { setFaults } from './api.js';
import { $, el } from './dom.js';
import { say } from './notices.js';
import { state, whenChanged } from './state.js';

const DATABASE = { ok: 'Works', slow: 'Slow', throttled: 'Throttled', down: 'Down' };

function pillText({ database, provider_retries: twice }) {
  const on = [database !== 'ok' && `Database ${DATABASE[database].toLowerCase()}`, twice && 'Webhooks twice'].filter(
    Boolean,
  );
  return on.join(' · ') || 'No faults';
}

async function change(faults) {
  try {
    await setFaults(faults);
  } catch (error) {
    say(error.message);
  }
  drawFault(); // a refused change goes back to what the server has
}

function drawFault() {
  const { database, provider_retries: twice } = state.faults;
  $('faults').textContent = pillText(state.faults);
  $('faults').classList.toggle('on', database !== 'ok' || twice);
  for (const radio of $('database').querySelectorAll('input')) radio.checked = radio.value === database;
  $('retries').checked = twice;
}

export function drawFaults() {
  $('database').append(
    ...Object.entries(DATABASE).map(([value, text]) =>
      el(
        'label',
        { class: 'tick' },
        el('input', { type: 'radio', name: 'database', value, onchange: () => change({ database: value }) }),
        ` ${text}`,
      ),
    ),
  );
  $('retries').addEventListener('change', () => change({ provider_retries: $('retries').checked }));
  whenChanged(() => state.faults, drawFault);
}
