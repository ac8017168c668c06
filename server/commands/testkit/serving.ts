/**
 * @module `cleat serve` as a process: what it logs, where it listens, and how it is asked.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../../lib/api/json.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'main.ts');
/** Long enough for a machine that is busy with something else. */
const PATIENCE_MS = 60_000;

const children: ChildProcess[] = [];
// Here and not where a process is started: in a hook, `after` would mean after that hook.
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A process and everything that it has said. Ended with the tests of the file, if it has not ended by itself. */
export class Serving {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #certificates: string;
  readonly #exit: Promise<number | null>;

  constructor(args: readonly string[], certificates: string, environment: NodeJS.ProcessEnv = {}) {
    this.#certificates = certificates;
    this.child = spawn(process.execPath, [MAIN, 'serve', '--cert-dir', certificates, ...args], {
      env: { ...process.env, KUBECONFIG: undefined, KUBERNETES_SERVICE_HOST: undefined, ...environment },
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#exit = once(this.child, 'close').then(([code]) => code as number | null);
    children.push(this.child);
  }

  exit(): Promise<number | null> {
    return this.#exit;
  }

  lines(): readonly JsonObject[] {
    const whole = this.stderr.slice(0, this.stderr.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as JsonObject);
  }

  /** Waits for a line with the message (and the members), which is returned. */
  async line(msg: string, members: JsonObject = {}): Promise<JsonObject> {
    const wanted = Object.entries({ msg, ...members });
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.lines().find((line) => wanted.every(([key, value]) => line[key] === value));
      if (found !== undefined) return found;
      if (Date.now() > deadline || this.child.exitCode !== null)
        throw new Error(`no line ${JSON.stringify({ msg, ...members })} in:\n${this.stderr}`);
      await sleep(10);
    }
  }

  /** Asks the operations port. */
  async get(path: string): Promise<Answer> {
    const { opsUrl } = await this.line('serving');
    const url = new URL(path, String(opsUrl));
    const agent = new Agent();
    return new Promise((resolve, reject) => {
      httpRequest(url, { agent }, (response) => void collect(response).then(resolve, reject))
        .on('error', reject)
        .end();
    });
  }

  /** Posts to the admission port, and trusts nobody but the authority that Cleat wrote. */
  async post(path: string, body: JsonObject, agent?: TlsAgent): Promise<Answer> {
    const { url } = await this.line('serving');
    const ca = await readFile(join(this.#certificates, 'ca.crt'), 'utf8');
    const headers = { 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const options = { method: 'POST', headers, ca, agent: agent ?? new TlsAgent({ keepAlive: false }) };
      httpsRequest(
        new URL(path, String(url)),
        options,
        (response) => void collect(response).then(resolve, reject),
      )
        .on('error', reject)
        .end(JSON.stringify(body));
    });
  }
}

async function collect(
  response: AsyncIterable<unknown> & { statusCode?: number | undefined; headers: IncomingHttpHeaders },
): Promise<Answer> {
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}
