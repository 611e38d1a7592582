// Why something happened. The server writes `code` in backquotes, and where it is as (FILE line N): here a button.

import { el } from './dom.js';

const PLACE = /^(.*) \([^()]* line \d+\)\.?(.*)$/s;

/** Text in which every second part between backquotes is code. */
const coded = (text) => text.split('`').map((part, index) => (index % 2 ? el('code', {}, part) : part));

function toLine(line, showLine) {
  const label = `Line ${line} of the flow file`;
  return el(
    'button',
    { type: 'button', class: 'to-line', onclick: () => showLine(line), 'aria-label': label },
    `line ${line}`,
  );
}

/** The reason's parts; empty if there is none. `showLine` gets the line whose button was pressed. */
export function reason({ why, line }, showLine) {
  if (line === null) return why ? coded(why) : [];
  const [, taken, more] = PLACE.exec(why) ?? [null, why, ''];
  const parts = [taken && coded(taken), toLine(line, showLine), more && coded(more.trim())].filter(Boolean);
  return parts.flatMap((part, index) => [index > 0 && ' · ', part].flat()).filter(Boolean);
}
