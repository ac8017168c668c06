/**
 * @module Which cluster `make cluster-up` has left running: a note in a place that only root writes.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dig, type Json } from '../../../lib/api/json.ts';

export const STATE_FILE = '/run/cleat-cluster.json';

export interface ClusterState {
  readonly pid: number;
  readonly folder: string;
  readonly cgroup: string;
  readonly kubeconfig: string;
}

export async function writeState(file: string, state: ClusterState): Promise<void> {
  await writeFile(file, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
}

/** Nothing if there is no note. */
export async function readState(file: string): Promise<ClusterState | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const value: Json = JSON.parse(text);
  const [pid, folder] = [dig(value, 'pid'), dig(value, 'folder')];
  const [cgroup, kubeconfig] = [dig(value, 'cgroup'), dig(value, 'kubeconfig')];
  if (typeof pid !== 'number' || typeof folder !== 'string')
    throw new Error(`${file} is no note of a cluster`);
  if (typeof cgroup !== 'string' || typeof kubeconfig !== 'string') {
    throw new Error(`${file} is no note of a cluster`);
  }
  return { pid, folder, cgroup, kubeconfig };
}

export async function removeState(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Whether the process is still that of the enclosure: numbers of processes are given again. */
export async function isUp({ pid, folder }: ClusterState): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(folder);
}
