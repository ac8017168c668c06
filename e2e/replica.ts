/**
 * @module One replica of Cleat as a process of its own, so that it can be killed and stopped as a Pod can.
 */
import type { ControlPlane } from './cluster/control-plane.ts';
import { freePort, type Program } from './cluster/processes.ts';
import { waitFor } from './cluster/wait-for.ts';

export interface Replica {
  readonly name: string;
  /** Where it answers admission requests. */
  readonly port: number;
  /** The path of the one that it reaches the API server with. */
  readonly kubeconfig: string;
  readonly program: Program;
  /** Empty if it does not answer. */
  metrics(): Promise<string>;
  isReady(): Promise<boolean>;
  isLeader(): Promise<boolean>;
}

export interface ReplicaOptions {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly certSecret: string;
  /** More of its command line. */
  readonly args?: readonly string[];
}

let count = 0;

/** The value of a metric without labels; undefined if it is not there. */
export function metricOf(metrics: string, name: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** Starts it; it may not be ready yet. */
export async function startReplica(cluster: ControlPlane, options: ReplicaOptions): Promise<Replica> {
  const [port, opsPort] = [await freePort(), await freePort()];
  const name = `cleat-${++count}`;
  const flags: Readonly<Record<string, string>> = {
    kubeconfig: options.kubeconfig,
    namespace: options.namespace,
    port: String(port),
    'ops-port': String(opsPort),
    'cert-secret': options.certSecret,
    'cert-name': '127.0.0.1',
    drain: '0',
    'log-level': process.env['CLEAT_TEST_LOG'] ?? 'info',
  };
  const program = await cluster.startProgram(name, process.execPath, [
    'server/main.ts',
    'serve',
    ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    ...(options.args ?? []),
  ]);
  const ask = async (path: string): Promise<Response> =>
    await fetch(`http://127.0.0.1:${opsPort}${path}`, { signal: AbortSignal.timeout(1_000) });
  const metrics = async (): Promise<string> => {
    try {
      return await (await ask('/metrics')).text();
    } catch {
      return '';
    }
  };
  return {
    name,
    port,
    kubeconfig: options.kubeconfig,
    program,
    metrics,
    isReady: async () => {
      try {
        return (await ask('/readyz')).ok;
      } catch {
        return false;
      }
    },
    isLeader: async () => metricOf(await metrics(), 'cleat_leader') === 1,
  };
}

/** How many admission requests it has answered, as far as `/metrics` says. */
export async function admissionsOf(replica: Replica, webhook: 'mutate' | 'validate'): Promise<number> {
  const lines = (await replica.metrics()).split('\n');
  const counts = lines.filter((line) =>
    line.startsWith(`cleat_admission_requests_total{webhook="${webhook}"`),
  );
  return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

export async function untilReady(replica: Replica): Promise<void> {
  const start = async (): Promise<boolean> => {
    if (replica.program.ended() !== undefined) throw new Error(await replica.program.logTail());
    return await replica.isReady();
  };
  await waitFor(`${replica.name} to be ready`, start, { timeoutMs: 60_000 });
}
