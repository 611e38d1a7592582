// Chromium, without a way to any other machine.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { pathToFileURL } from 'node:url';

const LIBRARIES = process.env.RINGBOLT_TEST_BROWSER_LIBRARIES;
const { chromium } = await import(pathToFileURL(join(LIBRARIES, 'playwright-core/package/index.mjs')));

/** Finds accessibility violations; runs in the page. */
export const AXE = await readFile(join(LIBRARIES, 'axe-core/package/axe.min.js'), 'utf8');

/** A foreign name that leads to this machine, as in a DNS rebinding attack. */
export const REBOUND_NAME = 'rebound.example.com';

const HOSTS = `MAP ${REBOUND_NAME} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost`;

const OPTIONS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
  `--host-resolver-rules=${HOSTS}`,
  // Chromium's sandbox does not work for root.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

let launched = null;

/** The program's path; Playwright does not look for it in PATH. */
function program(name) {
  const paths = process.env.PATH.split(delimiter).map((folder) => join(folder, name));
  return paths.find((path) => existsSync(path));
}

/** One browser for all tests of a file. */
export function browser() {
  launched ??= chromium.launch({ executablePath: program(process.env.RINGBOLT_TEST_BROWSER), args: OPTIONS });
  return launched;
}

after(async () => (await launched)?.close());
