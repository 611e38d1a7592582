// The flow's drawing: where the call is, and how it got there.

import { $ } from './dom.js';
import { flowOnPage, shownEvent, state, viewedCall, whenChanged } from './state.js';
import { showLine } from './timeline.js';

const LEAST_LEGIBLE = 0.88;
const ZOOM_STEP = 1.25;
const ENTRANCE_PX = 40;
const NARROW = matchMedia('(max-width: 720px)');

let svg = null;
let natural = { width: 1, height: 1 };
let zoom = null; // null: as large as the space allows, but legible

/** The server's SVG as elements of this page. Scripts in it do not run: the page's policy forbids them. */
function parse(text) {
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  return parsed.localName === 'svg' ? document.importNode(parsed, true) : null;
}

function drawSvg() {
  svg = state.text?.svg ? parse(state.text.svg) : null;
  $('drawing').replaceChildren(...(svg ? [svg] : []));
  zoom = null;
  if (!svg) return;
  const box = svg.viewBox.baseVal;
  natural = { width: box?.width || 800, height: box?.height || 300 };
  for (const row of svg.querySelectorAll('.rule[data-line]')) {
    row.addEventListener('click', () => showLine(Number(row.dataset.line)));
  }
  resize();
  light();
}

/** The space for the drawing, in pixels, within its frame's padding. */
function space() {
  const style = getComputedStyle($('drawing'));
  const px = (...names) => names.reduce((sum, name) => sum + parseFloat(style[name]), 1);
  return {
    width: $('drawing').clientWidth - px('paddingLeft', 'paddingRight'),
    height: $('drawing').clientHeight - px('paddingTop', 'paddingBottom'),
  };
}

const fits = () => Math.min(1, space().width / natural.width);

function resize() {
  if (!svg) return;
  const scale = zoom ?? Math.max(LEAST_LEGIBLE, fits());
  svg.style.width = `${Math.floor(natural.width * scale)}px`;
  svg.style.height = 'auto';
}

/** Where the next call begins, which is what is looked at between calls. */
function entrance() {
  const { provider, dialled } = state.choice;
  const numbers = flowOnPage()?.providers.find((each) => each.id === provider)?.numbers;
  const leadsTo = numbers?.find((each) => each.number === dialled)?.label;
  const id = provider === 'wix-answers' ? 'auth' : `ivr:${leadsTo}`;
  return svg?.querySelector(`[data-place="${CSS.escape(id)}"]`);
}

/** Scrolls the drawing, and only the drawing, so that the present place is in its middle. */
function follow(behavior) {
  const place = viewedCall() ? svg?.querySelector('.place.now') : entrance();
  const view = $('drawing');
  if (!place || !$('drawing-fold').open) return;
  const [at, box] = [place.getBoundingClientRect(), view.getBoundingClientRect()];
  // Between calls, what follows the entrance is in view, too.
  const before = viewedCall() ? (box.width - at.width) / 2 : ENTRANCE_PX;
  view.scrollTo({
    left: view.scrollLeft + at.left - box.left - before,
    top: view.scrollTop + at.top - box.top - (box.height - at.height) / 2,
    behavior,
  });
}

function light() {
  if (!svg) return;
  const call = viewedCall();
  const way = new Set(call?.way ?? []);
  const rules = new Set(call?.rules ?? []);
  const picked = state.selected !== null ? shownEvent()?.rule : null;
  for (const place of svg.querySelectorAll('[data-place]')) {
    place.classList.toggle('now', Boolean(call) && place.dataset.place === call.place);
    place.classList.toggle('been', way.has(place.dataset.place));
  }
  // What follows if nobody answers belongs to the same rule, but is taken only after the telephones rang out.
  const rangOut = (call?.way ?? []).slice(0, -1).some((place) => place.startsWith('end:findme'));
  for (const also of svg.querySelectorAll('.also')) also.classList.toggle('been', rangOut);
  for (const rule of svg.querySelectorAll('[data-rule]')) {
    const taken = rangOut || rule.dataset.unlessAnswered === undefined;
    rule.classList.toggle('been', taken && rules.has(rule.dataset.rule));
    rule.classList.toggle('picked', rule.dataset.rule === picked);
  }
  const verb = call?.phase === 'ended' ? 'ended' : 'is';
  $('drawing-says').textContent = call ? `The call ${verb} at ${call.place_name}.` : '';
  follow(matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth');
}

function zoomBy(factor) {
  const now = zoom ?? Math.max(LEAST_LEGIBLE, fits());
  zoom = Math.min(2.5, Math.max(0.25, now * factor));
  resize();
  follow('instant');
}

export function drawDrawing() {
  if (NARROW.matches) $('drawing-fold').open = false;
  $('zoom-in').addEventListener('click', () => zoomBy(ZOOM_STEP));
  $('zoom-out').addEventListener('click', () => zoomBy(1 / ZOOM_STEP));
  $('zoom-fit').addEventListener('click', () => {
    zoom = Math.min(fits(), space().height / natural.height);
    resize();
  });
  new ResizeObserver(() => {
    if (zoom === null) resize();
  }).observe($('drawing'));
  $('drawing-fold').addEventListener('toggle', () => {
    resize();
    follow('instant');
  });
  whenChanged(() => [state.text?.name, state.text?.svg], drawSvg);
  whenChanged(() => {
    const call = viewedCall();
    return [
      flowOnPage()?.name,
      call?.id,
      call?.place,
      call?.way,
      call?.rules,
      call?.phase,
      state.selected,
      state.choice,
    ];
  }, light);
}
