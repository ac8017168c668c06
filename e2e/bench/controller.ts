/**
 * @module How long the controller takes, what it asks of the API server, and what it holds, all on one cluster whose API
 * server shares the machine. Times and counts of requests are those of the API server's audit log, so that watching costs
 * nothing; what it says is then checked against the objects themselves.
 */
import { waitFor } from '../cluster/wait-for.ts';
import { type AuditedRequest, since, type Tally, tally } from './audited.ts';
import {
  countBindings,
  countBound,
  countReady,
  createBindings,
  createWorkloads,
  deleteBindings,
  type Numbers,
} from './herd.ts';
import { type OperatedCluster, openOperatedCluster, type Operator } from './operated.ts';
import { countAdmitted, type Idle, type TakeOver, watchIdle, watchTakeOver } from './standing.ts';
import { BINDING, STATUS, untilWritten } from './until-written.ts';

/** Bindings whose workloads come later: more than Events are sent of in one go. */
const LATE = 500;

/** Bindings that were made, with their workloads, while Cleat was down; then all were deleted. */
export interface Round {
  readonly bindings: number;
  /** Seconds from the start of the process until all were Ready. */
  readonly ready: number;
  /** The same from its first write. */
  readonly writing: number;
  /** Seconds from the order to delete all bindings until they were gone, and their projections with them. */
  readonly unbound: number;
  /** The same from the first write that it led to. */
  readonly unwriting: number;
  /** Seconds of CPU of the process until all were Ready. */
  readonly cpu: number;
  /** Requests until all were Ready. */
  readonly requests: Tally;
}

export interface ControllerOptions {
  readonly bundle: string;
  /** Bindings, rounds. The last one is also watched while it is idle, and while another takes over. */
  readonly plan: readonly (readonly [number, number])[];
  readonly idleSeconds: number;
  readonly log: (line: string) => void;
}

export interface ControllerResults {
  onRound(round: Round): void;
  onAdmitted(bindings: number, requests: Tally): void;
  onIdle(leader: Idle, follower: Idle): void;
  onTakeOver(takeOver: TakeOver): void;
  onFailed(what: string, problem: string): void;
}

const lastDone = (requests: readonly AuditedRequest[]): number =>
  requests.reduce((last, { done }) => Math.max(last, done), 0);
const firstReceived = (requests: readonly AuditedRequest[]): number =>
  requests.reduce((first, { received }) => Math.min(first, received), Infinity);

/** Part of the work on bindings, not of what every start takes. */
const isWork = ({ verb, resource }: AuditedRequest): boolean =>
  verb === 'patch' && (resource === 'deployments' || resource.startsWith(BINDING));

class Measurement {
  readonly #world: OperatedCluster;
  readonly #options: ControllerOptions;
  readonly #results: ControllerResults;
  #workloads = 0;

  constructor(world: OperatedCluster, options: ControllerOptions, results: ControllerResults) {
    this.#world = world;
    this.#options = options;
    this.#results = results;
  }

  async run(): Promise<void> {
    const { plan } = this.#options;
    for (const [index, [bindings, rounds]] of plan.entries()) {
      for (let round = 0; round < rounds; round += 1) {
        const isLast = index === plan.length - 1 && round === rounds - 1;
        await this.#round(bindings, isLast);
      }
    }
  }

  /** Whoever makes objects while Cleat is down has no webhook in the way. */
  async #make(bindings: number): Promise<Numbers> {
    const { cluster, installWebhooks, uninstallWebhooks } = this.#world;
    const numbers: Numbers = { from: 0, to: bindings, prefix: 'app' };
    await uninstallWebhooks();
    const start = performance.now();
    if (bindings > this.#workloads) await createWorkloads(cluster, { ...numbers, from: this.#workloads });
    this.#workloads = Math.max(bindings, this.#workloads);
    await waitFor('the webhooks to be gone', async () => {
      await createBindings(cluster, { ...numbers, to: 1 });
      return true;
    });
    await createBindings(cluster, { ...numbers, from: 1 });
    this.#log(`  ${bindings} bindings and workloads made in ${seconds(performance.now() - start)} s`);
    await installWebhooks();
    return numbers;
  }

  async #round(bindings: number, isLast: boolean): Promise<void> {
    const { requests, cluster, start } = this.#world;
    const numbers = await this.#make(bindings);
    const begun = Date.now();
    const operator = await start();
    const { server } = operator;
    const startedAt = server.startedAt;
    const writes = await untilWritten(
      requests,
      { resource: STATUS, count: bindings, from: begun },
      async () => (await countReady(cluster)) === bindings,
    );
    const cpu = server.cpu();
    const readyAt = lastDone(writes);
    const made = since(await requests.read(), begun).filter(({ received }) => received <= readyAt);
    this.#log(`  ${bindings} Ready after ${seconds(readyAt - startedAt)} s`);
    const leader = isLast ? await this.#watch(operator, bindings) : operator;

    const deletedAt = Date.now();
    await deleteBindings(cluster, numbers);
    const released = await untilWritten(
      requests,
      { resource: BINDING, count: bindings, from: deletedAt },
      async () => (await countBindings(cluster)) === 0 && (await countBound(cluster)) === 0,
    );
    const unboundAt = lastDone(released);
    this.#log(`  ${bindings} unbound after ${seconds(unboundAt - deletedAt)} s`);
    const undone = since(await requests.read(), deletedAt).filter(isWork);
    await leader.server.end('SIGTERM');
    this.#results.onRound({
      bindings,
      ready: (readyAt - startedAt) / 1000,
      writing: (readyAt - firstReceived(made.filter(isWork))) / 1000,
      unbound: (unboundAt - deletedAt) / 1000,
      unwriting: (unboundAt - firstReceived(undone)) / 1000,
      cpu,
      requests: tally(made),
    });
  }

  /** What can be seen only where many bindings are Ready. Returns the leader of then. */
  async #watch(first: Operator, bindings: number): Promise<Operator> {
    const second = await this.#world.start();
    const world = this.#world;
    const pair = { first, second };
    const { idleSeconds } = this.#options;
    await this.#attempt('what idles', async () => {
      const { leader, follower } = await watchIdle(world, pair, idleSeconds);
      this.#results.onIdle(leader, follower);
    });
    await this.#attempt('what is bound at admission', async () =>
      this.#results.onAdmitted(LATE, await countAdmitted(world, LATE)),
    );
    await this.#attempt('taking over', async () =>
      this.#results.onTakeOver(await watchTakeOver(world, pair, bindings)),
    );
    await first.server.end('SIGKILL');
    return second;
  }

  /** One figure that could not be had leaves the others. */
  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#results.onFailed(what, error instanceof Error ? error.message : String(error));
    }
  }

  #log(line: string): void {
    this.#options.log(line);
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

/** Tells each result as soon as it is there. */
export async function measureController(
  options: ControllerOptions,
  results: ControllerResults,
): Promise<void> {
  await using world = await openOperatedCluster(options.bundle);
  await new Measurement(world, options, results).run();
}
