/**
 * @module The end of a cluster that was left running, by the note on it.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../wait-for.ts';
import { isUp, type ClusterState } from './state.ts';

const run = promisify(execFile);

/** Removes all that the cluster has left, also when it has ended by itself, or when its enclosure was killed. */
export async function takeDown(state: ClusterState): Promise<void> {
  if (await isUp(state)) process.kill(state.pid, 'SIGTERM');
  await waitFor('the cluster to end', async () => !(await isUp(state)), { timeoutMs: 60_000 });
  await run('/bin/sh', [join(import.meta.dirname, 'remove.sh'), state.folder, state.cgroup]);
}
