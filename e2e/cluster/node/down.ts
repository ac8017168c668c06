/**
 * @module `make cluster-down`: ends the cluster of `make cluster-up`, without a trace.
 *
 * `node e2e/cluster/node/down.ts [--state FILE]`
 */
import { parseArgs } from 'node:util';
import { readState, removeState, STATE_FILE } from './state.ts';
import { takeDown } from './take-down.ts';

const { values } = parseArgs({ options: { state: { type: 'string', default: STATE_FILE } } });

try {
  const state = await readState(values.state);
  if (state !== undefined) await takeDown(state);
  await removeState(values.state);
  console.log(state === undefined ? 'No cluster is up.' : 'The cluster is down.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
