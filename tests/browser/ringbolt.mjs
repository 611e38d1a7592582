// A `ringbolt dev` of the test's own, in a folder of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The enrolled callers. Their PINs are long, so that the same digits cannot come up by chance. */
export const ADA = { name: 'Ada', account: '90786', pin: '8351926', balance: '1250.40', vip: 'false' };
export const GRACE = { name: 'Grace', account: '77001', pin: '7041528', balance: '90210', vip: 'true' };
export const WRONG_PIN = '6194735';
export const OTHER_WRONG_PIN = '2960384';

const PROGRAM = process.env.RINGBOLT_TEST_RINGBOLT;
const FLOWS = fileURLToPath(new URL('../../flows/', import.meta.url));
/** How long a start may take on a busy machine. */
const STARTS_MS = 30_000;
const TOKEN = 'dev-token-not-secret';

const row = ({ account, pin, name, balance, vip }) => [account, pin, name, balance, vip].join();
const CALLERS = ['user,pin,first_name,balance,vip', row(ADA), row(GRACE), ''].join('\n');

/** A server with a copy of this example flow and two callers; without a flow, with the demo. */
export class Ringbolt {
  constructor(folder, flow, { onDisk = false } = {}) {
    this.folder = folder;
    this.flow = flow;
    this.onDisk = onDisk;
    this.output = '';
    this.port = 0;
  }

  static async start(flow, options) {
    const ringbolt = new Ringbolt(await mkdtemp(join(tmpdir(), 'ringbolt-page-')), flow, options);
    if (flow) await copyFile(join(FLOWS, `${flow}.yaml`), ringbolt.flowFile);
    await writeFile(join(ringbolt.folder, 'callers.csv'), CALLERS);
    await ringbolt.run();
    return ringbolt;
  }

  get flowFile() {
    return join(this.folder, `${this.flow}.yaml`);
  }

  /** Starts the process, at the same address as before. Its address is in the banner. */
  async run() {
    const own = this.flow ? ['--flow', `${this.flow}.yaml`, '--callers', 'callers.csv'] : [];
    const memory = this.onDisk ? [] : ['--memory'];
    const options = ['dev', ...memory, '--port', String(this.port), '--token', TOKEN, ...own];
    this.process = spawn(PROGRAM, options, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => this.process.kill('SIGKILL')); // also if a test is cancelled
    this.output = '';
    this.address = await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`ringbolt dev ${why}:\n${this.output}`));
      const timer = setTimeout(() => fail('printed no address'), STARTS_MS);
      const read = (text) => {
        this.output += text;
        const [address] = /http:\/\/127\.0\.0\.1:\d+(?=\D)/.exec(this.output) ?? [];
        if (!address) return;
        clearTimeout(timer);
        resolve(address);
      };
      for (const stream of [this.process.stdout, this.process.stderr]) stream.setEncoding('utf8').on('data', read);
      this.process.once('error', reject);
      this.process.once('exit', () => fail('ended'));
    });
    this.port = Number(new URL(this.address).port);
  }

  /** Waits until its output has this so many times: a line is printed after the answer that it tells of. */
  async printed(pattern, times) {
    while ([...this.output.matchAll(pattern)].length < times) await once(this.process.stdout, 'data');
  }

  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }

  async stop() {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }

  /** Its database and the key to it. Only the owner of the folder can read them. */
  async database() {
    const { database, database_key: key } = JSON.parse(await readFile(join(this.folder, '.ringbolt/dev.json'), 'utf8'));
    return { address: database, key };
  }

  /** The number of the first line of the flow file that contains this text. */
  async lineOf(text) {
    const lines = (await readFile(this.flowFile, 'utf8')).split('\n');
    return lines.findIndex((line) => line.includes(text)) + 1;
  }

  async editFlow(from, to) {
    const text = await readFile(this.flowFile, 'utf8');
    if (!text.includes(from)) throw new Error(`the flow does not contain ${from}`);
    await writeFile(this.flowFile, text.replaceAll(from, to));
  }

  /** What the page fetches, without a page. */
  async snapshot() {
    return (await fetch(`${this.address}/api/phone`)).json();
  }

  async post(path, body) {
    const reply = await fetch(this.address + path, { method: 'POST', body: JSON.stringify(body) });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  }

  /** A webhook, as a provider sends it. */
  webhook(path, fields) {
    return fetch(`${this.address}${path}?${new URLSearchParams({ auth: TOKEN, ...fields })}`);
  }
}
