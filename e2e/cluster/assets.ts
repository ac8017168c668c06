/**
 * @module Where programs come from: KUBEBUILDER_ASSETS, else the cache, else the PATH, else a build, once.
 *
 * `node e2e/cluster/assets.ts [PROGRAM...]` prepares those of a control plane and the named ones, and prints their paths.
 */
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ALSO_FROM_PATH, isProgramName, SOURCES, type ProgramName } from './asset-sources.ts';
import { buildAsset, readVersion, type AssetSource } from './build-asset.ts';

export type { ProgramName } from './asset-sources.ts';

export interface Assets {
  readonly kubeApiserver: string;
  readonly etcd: string;
  /** From beside kube-apiserver, else from the cache, else from the PATH; not built for this. */
  readonly kubectl?: string;
  /** Where they come from, for people. */
  readonly origin: string;
}

type Env = Readonly<Record<string, string | undefined>>;
type Build = (source: AssetSource, target: string) => Promise<void>;

/** The environment and the way to build are arguments for the tests of this function only. */
export async function resolveAssets(env: Env = process.env, build: Build = buildAsset): Promise<Assets> {
  const given = env['KUBEBUILDER_ASSETS'];
  return given ? await fromFolder(given, env) : await fromCache(env, build);
}

/** The path of one program, which is built now if it is nowhere to be found. */
export async function provideProgram(
  program: ProgramName,
  env: Env = process.env,
  build: Build = buildAsset,
): Promise<string> {
  const given = env['KUBEBUILDER_ASSETS'];
  const found = await firstExecutable([
    ...(given ? [join(given, program)] : []),
    await cachePath(program, env),
    ...(ALSO_FROM_PATH.has(program) ? onPath(program, env) : []),
  ]);
  return found ?? (await buildInCache(program, env, build));
}

/** The path of a program in the cache, in a folder named after the version that the go.mod asks for. */
export async function cachePath(program: ProgramName, env: Env = process.env): Promise<string> {
  const source = SOURCES[program];
  const root = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return join(root, 'cleat/assets', `${source.product}-${await readVersion(source)}`, program);
}

/** Whoever sets the variable means it: what is missing there of a control plane is not looked for elsewhere. */
async function fromFolder(folder: string, env: Env): Promise<Assets> {
  const kubeApiserver = join(folder, 'kube-apiserver');
  const etcd = join(folder, 'etcd');
  for (const path of [kubeApiserver, etcd]) {
    if (!(await isExecutable(path)))
      throw missing(`KUBEBUILDER_ASSETS is ${folder}, but ${path} is no program`);
  }
  return { kubeApiserver, etcd, ...(await kubectl(folder, env)), origin: `KUBEBUILDER_ASSETS (${folder})` };
}

async function fromCache(env: Env, build: Build): Promise<Assets> {
  const built: string[] = [];
  async function provide(program: ProgramName): Promise<string> {
    const path = await cachePath(program, env);
    if (await isExecutable(path)) return path;
    built.push(program);
    return await buildInCache(program, env, build);
  }
  const etcd = await provide('etcd');
  const kubeApiserver = await provide('kube-apiserver');
  const origin = built.length === 0 ? 'the cache' : `the cache (${built.join(' and ')} built just now)`;
  return { kubeApiserver, etcd, ...(await kubectl(dirname(kubeApiserver), env)), origin };
}

async function buildInCache(program: ProgramName, env: Env, build: Build): Promise<string> {
  const path = await cachePath(program, env);
  try {
    await build(SOURCES[program], path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw missing(`${path} is not there and could not be built: ${reason}`, error);
  }
  return path;
}

async function kubectl(folder: string, env: Env): Promise<{ kubectl?: string }> {
  const path = await firstExecutable([
    join(folder, 'kubectl'),
    await cachePath('kubectl', env),
    ...onPath('kubectl', env),
  ]);
  return path === undefined ? {} : { kubectl: path };
}

function onPath(program: ProgramName, env: Env): readonly string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program));
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await isExecutable(path)) return path;
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function missing(problem: string, cause?: unknown): Error {
  const message = `${problem}

Integration tests need kube-apiserver and etcd, and some tests kubectl, helm or promtool. Any of these will do:
- set KUBEBUILDER_ASSETS to a folder that has them (setup-envtest makes one with the first three);
- put them into the cache, where \`node e2e/cluster/assets.ts\` on another machine has left them;
- have Go on the PATH and access to its module proxy: they are then built once.
kubectl, helm and promtool may also be on the PATH.`;
  return new Error(message, cause === undefined ? undefined : { cause });
}

async function main(names: readonly string[]): Promise<void> {
  const unknown = names.find((name) => !isProgramName(name));
  if (unknown !== undefined)
    throw new Error(`${unknown} is none of the programs ${Object.keys(SOURCES).join(', ')}`);
  const paths: Record<string, string> = {};
  const assets = await resolveAssets();
  for (const name of names.filter(isProgramName)) paths[name] = await provideProgram(name);
  console.log(JSON.stringify({ ...assets, ...paths }, null, 2));
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
