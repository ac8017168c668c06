/**
 * @module The servers that are compared, all with the same certificate, and the load on them.
 */
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { dig, type Json, type JsonObject } from '../../lib/api/json.ts';
import { bundleFloor } from './bundle.ts';
import { type Load, openLoad } from './load.ts';
import { aReview, listText, matching, others } from './scene.ts';
import { type Server, startServer } from './server.ts';

export const MANY = 10_000;

/** The folders of bindings that `cleat serve` is started with. */
export const WORLDS = {
  'no match': () => others(1),
  'one match': () => matching(1),
  '10,000 bindings, one match': () => [...others(MANY - 1), ...matching(1)],
  'ten matches': () => matching(10),
} as const satisfies Readonly<Record<string, () => readonly JsonObject[]>>;
export type World = keyof typeof WORLDS;

export interface Rig extends AsyncDisposable {
  readonly load: Load;
  /** The authority of the servers' certificate, as PEM. */
  readonly caFile: string;
  /** With a patch, in base64, it answers with that every time. */
  startFloor(patch?: string): Promise<Server>;
  startCleat(world: World): Promise<Server>;
  /** What a server that patches answers, in base64. */
  patchOf(server: Server): Promise<string | undefined>;
  /** Writes the file of a world anew, with other bytes: everything in it is read again. */
  touch(world: World): Promise<void>;
}

/** Sends the review once, returns the patch. Errors: the answer is not one that this server has to give. */
async function check(url: string, body: string, patched: boolean): Promise<string | undefined> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const headers = { 'content-type': 'application/json' };
  const response = await request(url, { method: 'POST', headers, body, dispatcher });
  const answer = dig((await response.body.json()) as Json, 'response');
  await dispatcher.close();
  const found = dig(answer, 'patch');
  const patch = typeof found === 'string' ? found : undefined;
  const isAllowed = response.statusCode === 200 && dig(answer, 'allowed') === true;
  if (isAllowed && (patch !== undefined) === patched) return patch;
  throw new Error(`${url} answered ${response.statusCode} ${JSON.stringify(answer)}`);
}

const fileNameOf = (world: World): string => `${world.replaceAll(/[ ,]+/g, '-')}.json`;

/** Prepares the files, the floor's bundle and the client, all below one temporary folder. */
export async function openRig(bundle: string): Promise<Rig> {
  const directory = await mkdtemp(join(tmpdir(), 'cleat-bench-'));
  const certificates = join(directory, 'certificates');
  const body = JSON.stringify(aReview());
  const floor = await bundleFloor(directory);
  const load = await openLoad(directory, body);
  const folderOf = (world: World): string => join(directory, fileNameOf(world).replace('.json', ''));
  let touched = 0;

  /** In one go, so that nobody reads half of it. */
  async function write(world: World): Promise<void> {
    const folder = folderOf(world);
    await mkdir(folder, { recursive: true });
    const draft = join(directory, fileNameOf(world));
    await writeFile(draft, listText(WORLDS[world]()) + '\n'.repeat(touched % 2));
    await rename(draft, join(folder, 'bindings.json'));
  }

  async function startCleat(world: World): Promise<Server> {
    await write(world);
    const flags = ['--resources', folderOf(world), '--cert-dir', certificates];
    const ports = ['--port', '0', '--ops-port', '0'];
    const server = await startServer(bundle, ['serve', ...flags, ...ports]);
    await check(`${server.url}/mutate`, body, !world.endsWith('no match'));
    return server;
  }

  async function startFloor(patch?: string): Promise<Server> {
    const server = await startServer(floor, [certificates, ...(patch === undefined ? [] : [patch])]);
    await check(`${server.url}/mutate`, body, patch !== undefined);
    return server;
  }

  // Cleat issues the certificate that all of them use.
  await (await startCleat('no match'))[Symbol.asyncDispose]();
  return {
    load,
    caFile: join(certificates, 'ca.crt'),
    startFloor,
    startCleat,
    patchOf: (server) => check(`${server.url}/mutate`, body, true),
    async touch(world) {
      touched += 1;
      await write(world);
    },
    async [Symbol.asyncDispose]() {
      await rm(directory, { recursive: true, force: true });
    },
  };
}
