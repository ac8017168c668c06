/**
 * @module Load on a server, from the other core: wrk where it is on the PATH, else a client of our own. A fixed rate is
 * always the client's own, which wrk does not have.
 */
import { execFile, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CLIENT_CORE, onCore } from './server.ts';

const run = promisify(execFile);

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Answers other than 200, and broken connections. */
  readonly errors: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Load {
  readonly client: 'wrk' | 'own';
  /** As much as the server takes. */
  saturate(url: string, seconds: number): Promise<LoadResult>;
  /** So many a second, evenly, whatever the server does. */
  atRate(url: string, seconds: number, rate: number): Promise<LoadResult>;
}

const CONNECTIONS = 16;
/** More of them, so that requests are held up by the server and not for want of a connection. */
const RATE_CONNECTIONS = 64;

const hasWrk = (): boolean => spawnSync('wrk', ['-v']).error === undefined;

/** wrk counts microseconds. */
const scriptFor = (bodyFile: string): string => `
local file = io.open(${JSON.stringify(bodyFile)}, "rb")
wrk.method = "POST"
wrk.body = file:read("*a")
wrk.headers["Content-Type"] = "application/json"
file:close()
function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\\n{"requests":%d,"seconds":%f,"errors":%d,"p50":%f,"p99":%f,"max":%f}\\n',
    summary.requests, summary.duration / 1e6, e.status + e.connect + e.read + e.write + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
`;

async function result(command: string, args: readonly string[]): Promise<LoadResult> {
  const [file, all] = onCore(CLIENT_CORE, command, args);
  const { stdout } = await run(file, all);
  const line = stdout.split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`${command} said nothing that is known: ${stdout}`);
  const load = JSON.parse(line) as LoadResult;
  if (load.errors > 0) throw new Error(`${load.errors} of ${load.requests} requests failed`);
  return load;
}

/** Opens a client that sends one body again and again. */
export async function openLoad(directory: string, body: string): Promise<Load> {
  const bodyFile = join(directory, 'review.json');
  const script = join(directory, 'post.lua');
  await writeFile(bodyFile, body);
  await writeFile(script, scriptFor(bodyFile));
  const client = hasWrk() ? 'wrk' : 'own';
  const own = (...args: readonly (string | number)[]): Promise<LoadResult> =>
    result(process.execPath, [join(import.meta.dirname, 'client.ts'), ...args.map(String)]);
  return {
    client,
    saturate: async (url, seconds) =>
      client === 'own'
        ? await own(url, bodyFile, CONNECTIONS, seconds)
        : await result('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${Math.ceil(seconds)}s`, '-s', script, url]),
    atRate: async (url, seconds, rate) => await own(url, bodyFile, RATE_CONNECTIONS, seconds, rate),
  };
}
