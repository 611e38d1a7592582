// The switches that the browser keeps. Nothing about a call is kept.

/** A switch's last position; `fallback` if there is none, or if the browser keeps nothing. */
export function recall(name, fallback) {
  try {
    const kept = localStorage.getItem(`ringbolt.${name}`);
    return kept === null ? fallback : kept === 'on';
  } catch {
    return fallback;
  }
}

export function remember(name, on) {
  try {
    localStorage.setItem(`ringbolt.${name}`, on ? 'on' : 'off');
  } catch {
    // A private window keeps nothing; the switch works until the page is closed.
  }
}
