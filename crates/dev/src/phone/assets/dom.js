// Elements in one line each. Text is always set as text, never as HTML.

export const $ = (id) => document.getElementById(id);

/** `el('p', { class: 'why' }, 'text', child)`; `on*` attributes are listeners; false, null and undefined are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Milliseconds of a call as `0:11`, or `1:02:03` from an hour on. */
export function duration(ms) {
  const secs = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(secs / 3600);
  const mins = Math.floor(secs / 60) % 60;
  return hours ? `${hours}:${two(mins)}:${two(secs % 60)}` : `${mins}:${two(secs % 60)}`;
}

/** A North American number as people read it; any other text as it is. */
export function shownNumber(number) {
  const found = /^(?:\+?1)?(\d{3})(\d{3})(\d{4})$/.exec(number ?? '');
  return found ? `(${found[1]}) ${found[2]}-${found[3]}` : String(number ?? '');
}

/** A small word in a frame. */
export const tag = ({ text, tone }) => el('span', { class: `tag ${tone}` }, text);
