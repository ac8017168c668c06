/**
 * @module Where the programs of a control plane come from: KUBEBUILDER_ASSETS, else the cache, else a build, once.
 *
 * `node e2e/cluster/assets.ts` prepares them and prints their paths.
 */
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { buildAsset, readVersion, type AssetSource } from './build-asset.ts';

export interface Assets {
  readonly kubeApiserver: string;
  readonly etcd: string;
  /** From beside kube-apiserver, else from the PATH; nothing builds it. */
  readonly kubectl?: string;
  /** Where they come from, for people. */
  readonly origin: string;
}

type Env = Readonly<Record<string, string | undefined>>;
type Build = (source: AssetSource, target: string) => Promise<void>;

const SOURCES = {
  'kube-apiserver': {
    program: 'kube-apiserver',
    folder: join(import.meta.dirname, 'assets/kubernetes'),
    module: 'k8s.io/kubernetes',
    package: 'k8s.io/kubernetes/cmd/kube-apiserver',
    versionVariable: 'k8s.io/component-base/version.git',
    duration: '5 minutes',
  },
  etcd: {
    program: 'etcd',
    folder: join(import.meta.dirname, 'assets/etcd'),
    module: 'go.etcd.io/etcd/server/v3',
    package: 'go.etcd.io/etcd/server/v3',
    duration: '1 minute',
  },
} as const satisfies Record<string, AssetSource>;

/** The environment and the way to build are arguments for the tests of this function only. */
export async function resolveAssets(env: Env = process.env, build: Build = buildAsset): Promise<Assets> {
  const given = env['KUBEBUILDER_ASSETS'];
  return given ? await fromFolder(given, env) : await fromCache(env, build);
}

/** The path of a program in the cache, in a folder named after the version that the go.mod asks for. */
export async function cachePath(program: keyof typeof SOURCES, env: Env = process.env): Promise<string> {
  const source = SOURCES[program];
  const root = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  const product = program === 'etcd' ? 'etcd' : 'kubernetes';
  return join(root, 'cleat/assets', `${product}-${await readVersion(source)}`, program);
}

/** Whoever sets the variable means it: what is missing there is not looked for elsewhere. */
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
  async function provide(program: keyof typeof SOURCES): Promise<string> {
    const path = await cachePath(program, env);
    if (await isExecutable(path)) return path;
    try {
      await build(SOURCES[program], path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw missing(`${path} is not there and could not be built: ${reason}`, error);
    }
    built.push(program);
    return path;
  }
  const etcd = await provide('etcd');
  const kubeApiserver = await provide('kube-apiserver');
  const origin = built.length === 0 ? 'the cache' : `the cache (${built.join(' and ')} built just now)`;
  return { kubeApiserver, etcd, ...(await kubectl(join(kubeApiserver, '..'), env)), origin };
}

async function kubectl(folder: string, env: Env): Promise<{ kubectl?: string }> {
  for (const each of [folder, ...(env['PATH'] ?? '').split(delimiter)]) {
    const path = join(each, 'kubectl');
    if (each !== '' && (await isExecutable(path))) return { kubectl: path };
  }
  return {};
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function missing(problem: string, cause?: unknown): Error {
  const message = `${problem}

Integration tests need kube-apiserver and etcd. Any of these will do:
- set KUBEBUILDER_ASSETS to a folder that has both (setup-envtest makes one);
- put them into the cache, where \`node e2e/cluster/assets.ts\` on another machine has left them;
- have Go on the PATH and access to its module proxy: they are then built once.`;
  return new Error(message, cause === undefined ? undefined : { cause });
}

if (import.meta.main) {
  try {
    console.log(JSON.stringify(await resolveAssets(), null, 2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
