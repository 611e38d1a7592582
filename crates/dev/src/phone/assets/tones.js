// The two sounds of each key, as a telephone makes them (ITU-T Q.23).

import { $ } from './dom.js';
import { recall, remember } from './remembered.js';

const LOW_HZ = [697, 770, 852, 941];
const HIGH_HZ = [1209, 1336, 1477];
const KEYS = '123456789*0#';
const TONE_SECS = 0.12;

let context = null;

export function drawSound() {
  $('sound').checked = recall('sound', true);
  $('sound').addEventListener('change', () => remember('sound', $('sound').checked));
}

/** Plays a key's tone. Browsers allow sound only after a gesture; pressing a key is one. */
export function playTone(key) {
  const at = KEYS.indexOf(key);
  if (at < 0 || !$('sound').checked || !window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state === 'suspended') context.resume().catch(() => {});
  const from = context.currentTime;
  const level = context.createGain();
  level.gain.setValueAtTime(0, from);
  level.gain.linearRampToValueAtTime(0.08, from + 0.008);
  level.gain.setValueAtTime(0.08, from + TONE_SECS - 0.02);
  level.gain.linearRampToValueAtTime(0, from + TONE_SECS);
  level.connect(context.destination);
  for (const frequency of [LOW_HZ[Math.floor(at / 3)], HIGH_HZ[at % 3]]) {
    const tone = context.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(level);
    tone.start(from);
    tone.stop(from + TONE_SECS);
  }
}
