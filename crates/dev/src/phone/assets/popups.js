// Places a popover beneath its button, inside the window.

import { $ } from './dom.js';

const GAP_PX = 8;

export function placePopups() {
  for (const name of ['clock', 'faults']) {
    const popup = $(`${name}-panel`);
    popup.addEventListener('toggle', (event) => {
      if (event.newState !== 'open') return;
      const from = $(name).getBoundingClientRect();
      const left = Math.min(from.left, document.documentElement.clientWidth - popup.offsetWidth - GAP_PX);
      popup.style.left = `${Math.max(GAP_PX, left)}px`;
      popup.style.top = `${from.bottom + GAP_PX}px`;
      (popup.querySelector('input:checked') ?? popup.querySelector('input')).focus();
    });
  }
}
