/**
 * @module Which API server to speak to, and as whom: from a kubeconfig, one of its contexts, or the Pod's ServiceAccount.
 *
 * The result is a `KubeConfig` of client-node that holds exactly one cluster and one user, with what client-node does
 * not read by itself put where it does: `tokenFile`, and the environment that exec plugins may ask for.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { dig, type Json } from '../../lib/api/json.ts';

export interface KubeconfigOptions {
  /** A file. */
  readonly kubeconfig?: string;
  /** Instead of the current one. Without a file: of those in KUBECONFIG, or of ~/.kube/config. */
  readonly context?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  readonly config: KubeConfig;
  readonly cluster: Cluster;
}

/** Reads what the options name; neither file nor context means the ServiceAccount. Errors name file and context. */
export function loadKubeconfig(options: KubeconfigOptions): LoadedConfig {
  const { kubeconfig, context, env = process.env } = options;
  if (kubeconfig === undefined && context === undefined) return inCluster(env);
  const files = kubeconfig === undefined ? defaultFiles(env) : [kubeconfig];
  const merged = readFiles(files, kubeconfig === undefined);
  return select(merged, context ?? merged.currentContext, files.join(', '));
}

function inCluster(env: Readonly<Record<string, string | undefined>>): LoadedConfig {
  if (!env['KUBERNETES_SERVICE_HOST']) {
    const message =
      'neither a kubeconfig nor a context is given, and KUBERNETES_SERVICE_HOST is not set, so this is no Pod either';
    throw new Error(message);
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  return select(config, config.currentContext, "the Pod's ServiceAccount");
}

function defaultFiles(env: Readonly<Record<string, string | undefined>>): string[] {
  const files = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return files.length > 0 ? files : [join(env['HOME'] ?? homedir(), '.kube', 'config')];
}

/** As kubectl merges them: what is named first counts, and of several files some may be missing. */
function readFiles(files: readonly string[], mayBeMissing: boolean): KubeConfig {
  const merged = new KubeConfig();
  for (const file of files) {
    const one = readFile(file, mayBeMissing && files.length > 1);
    if (one === undefined) continue;
    merged.currentContext ||= one.currentContext;
    merged.clusters = firstOfEachName([...merged.clusters, ...one.clusters]);
    merged.users = firstOfEachName([...merged.users, ...one.users]);
    merged.contexts = firstOfEachName([...merged.contexts, ...one.contexts]);
  }
  return merged;
}

function readFile(file: string, mayBeMissing: boolean): KubeConfig | undefined {
  try {
    const config = new KubeConfig();
    config.loadFromFile(file);
    config.users = withTokenFiles(config.users, parse(readFileSync(file, 'utf8')), dirname(resolve(file)));
    return config;
  } catch (error) {
    if (mayBeMissing && error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the kubeconfig ${file} cannot be read: ${reason}`, { cause: error });
  }
}

/** client-node 2.0.1 reads a field `token-file` that no kubeconfig has; the real one goes where it re-reads the file. */
function withTokenFiles(users: readonly User[], source: Json, folder: string): User[] {
  const named = dig(source, 'users');
  const entries = Array.isArray(named) ? named : [];
  return users.map((user) => {
    const entry = entries.find((each: Json) => dig(each, 'name') === user.name);
    const tokenFile = dig(entry, 'user', 'tokenFile');
    if (typeof tokenFile !== 'string' || tokenFile === '') return user;
    return {
      ...user,
      authProvider: { name: 'tokenFile', config: { tokenFile: resolve(folder, tokenFile) } },
    };
  });
}

function firstOfEachName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  return all.filter((each, index) => all.findIndex((other) => other.name === each.name) === index);
}

function select(from: KubeConfig, contextName: string | undefined, origin: string): LoadedConfig {
  if (!contextName) throw new Error(`${origin}: no context is given, and there is no current-context`);
  const context = from.contexts.find(({ name }) => name === contextName);
  if (!context) {
    const names = from.contexts.map(({ name }) => name).join(', ') || 'none';
    throw new Error(`${origin}: there is no context "${contextName}"; there are: ${names}`);
  }
  const where = `${origin}, context "${contextName}"`;
  const cluster = from.clusters.find(({ name }) => name === context.cluster);
  if (!cluster) throw new Error(`${where}: there is no cluster "${context.cluster}"`);
  if (!URL.canParse(cluster.server)) throw new Error(`${where}: "${cluster.server}" is no URL of a server`);
  const user = context.user ? from.users.find(({ name }) => name === context.user) : { name: 'anonymous' };
  if (!user) throw new Error(`${where}: there is no user "${context.user}"`);
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, withExecInfo(user));
  return { config, cluster };
}

/** What the exec plugin protocol promises a plugin and client-node leaves out. */
function withExecInfo(user: User): User {
  const exec: Json = user.exec ?? null;
  const apiVersion = dig(exec, 'apiVersion');
  if (typeof apiVersion !== 'string') return user;
  const env = dig(exec, 'env');
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const added = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
  return { ...user, exec: { ...user.exec, env: [...(Array.isArray(env) ? env : []), added] } };
}
