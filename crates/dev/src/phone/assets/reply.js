// A reply with its syntax in light colours: XML, JSON or plain text.

import { el, tag } from './dom.js';

const XML = /(<!--[\s\S]*?-->)|(<[/?!]?[^\s>/]+)|("[^"]*"|'[^']*')(?=[^<]*>)|([/?]?>)/g;
const JSON_PARTS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:])/g;

/** Splits a text at `parts`; `paint` turns each match into an element, and the text between is `between`. */
function coloured(text, parts, paint, between) {
  const out = [];
  let from = 0;
  const plain = (part) => {
    if (part) out.push(between && part.trim() ? el('span', { class: between }, part) : part);
  };
  for (const match of text.matchAll(parts)) {
    plain(text.slice(from, match.index));
    out.push(...paint(match));
    from = match.index + match[0].length;
  }
  plain(text.slice(from));
  return out;
}

const mark = (text) => el('span', { class: 'mark' }, text);
const value = (text) => el('span', { class: 'value' }, text);

const xml = (text) => coloured(text, XML, ([all, , , quoted]) => [quoted ? value(all) : mark(all)], 'value');
const json = (text) =>
  coloured(text, JSON_PARTS, ([all, string, colon, word]) => {
    if (string && colon) return [mark(string), mark(colon)];
    return [string || word ? value(all) : mark(all)];
  });

function paint(type, text) {
  if (/xml/.test(type)) return xml(text);
  if (/json/.test(type)) return json(text);
  return [text];
}

const statusTone = (status) => (status < 300 ? 'good' : 'bad');

export function reply({ status, content_type: type, raw, pretty }) {
  const text = pretty || raw;
  return el(
    'section',
    {},
    el('h3', {}, 'Reply'),
    el(
      'p',
      { class: 'first-line' },
      tag({ text: String(status), tone: statusTone(status) }),
      ' ',
      el('span', { class: 'soft' }, type),
    ),
    text
      ? el('pre', { class: 'code' }, ...paint(type ?? '', text))
      : el('p', { class: 'note' }, 'The reply has no text.'),
    raw && el('details', { class: 'raw' }, el('summary', {}, 'As it was sent'), el('pre', {}, raw)),
  );
}
