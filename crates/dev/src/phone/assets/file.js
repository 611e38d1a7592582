// The flow file with its line numbers, and what is wrong with it on the lines themselves.

import { flowText } from './api.js';
import { $, el } from './dom.js';
import { say } from './notices.js';
import { flowOnPage, shownEvent, state, update, whenChanged } from './state.js';

/** Fetches the text and the drawing of the flow on the page; also after a file was saved. */
export async function fetchFlow() {
  const name = flowOnPage()?.name;
  if (!name) return;
  try {
    const text = await flowText(name);
    if (flowOnPage()?.name === name) update({ text });
  } catch (error) {
    if (state.connected) say(error.message);
  }
}

/** A line with its comment and its keys in their colours. */
function painted(line) {
  const comment = /(^|\s)#.*$/.exec(line);
  const code = comment ? line.slice(0, comment.index) : line;
  const key = /^(\s*(?:- )?)([\w-]+|"[^"]*")(:)(?=\s|$)/.exec(code);
  const parts = key
    ? [key[1], el('span', { class: 'key' }, key[2]), code.slice(key[1].length + key[2].length)]
    : [code];
  return comment ? [...parts, el('span', { class: 'comment' }, comment[0])] : parts;
}

const finding = ({ severity, message }) =>
  el('p', { class: `finding ${severity}` }, el('b', {}, severity === 'error' ? 'Error' : 'Warning'), ' ', message);

function drawFile() {
  if (!state.text) return;
  const { file, text, findings } = state.text;
  const lines = text.replace(/\n$/, '').split('\n');
  const on = (number) => findings.filter((each) => each.line === number);
  const elsewhere = findings.filter((each) => !each.line || each.line > lines.length);
  const list = el(
    'ol',
    { class: 'lines-of-code' },
    lines.map((line, index) => {
      const found = on(index + 1);
      return el(
        'li',
        { 'data-line': index + 1, class: found[0]?.severity },
        el('code', {}, ...painted(line), '\n'),
        found.map(finding),
      );
    }),
  );
  const count = findings.length === 1 ? 'One finding' : `${findings.length} findings`;
  $('file').replaceChildren(
    el(
      'header',
      {},
      el('h2', {}, file ?? 'Built-in flow'),
      el(
        'p',
        { class: 'note' },
        findings.length ? count : file ? 'Read again each time it is saved.' : 'It comes with Ringbolt.',
      ),
    ),
    ...elsewhere.map(finding),
    list,
  );
  drawLine();
}

/** The line that was asked for, or the one of the event in detail. */
const lineNow = () => state.line ?? shownEvent()?.line ?? null;

/** Marks the line and scrolls the pane, and only the pane, to it. */
function drawLine() {
  const pane = $('file');
  pane.querySelector('li.at')?.classList.remove('at');
  const item = lineNow() && pane.querySelector(`li[data-line="${lineNow()}"]`);
  if (!item) return;
  item.classList.add('at');
  if (pane.hidden) return;
  pane.scrollTop += item.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3;
}

export function drawFlowFile() {
  whenChanged(() => flowOnPage()?.name, fetchFlow);
  whenChanged(() => [state.text?.name, state.text?.text, state.text?.findings, state.text?.file], drawFile);
  whenChanged(
    () => [lineNow(), state.tab],
    () => queueMicrotask(drawLine),
  );
  whenChanged(
    () => flowOnPage()?.mistakes,
    () => {
      const count = flowOnPage()?.mistakes ?? 0;
      $('tab-file').replaceChildren(
        'Flow file',
        ...(count ? [' ', el('span', { class: 'tag bad' }, String(count))] : []),
      );
    },
  );
}
