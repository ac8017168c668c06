/**
 * @module What befalls a cluster, one random thing after the other: replicas that crash, stop or stand still, an API server
 * that is away, watches that are too old.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operated } from '../operated.ts';
import type { Replica } from '../replica.ts';
import type { Random } from './random.ts';

type Disturb = () => Promise<void>;

export class Disturbances {
  readonly #operated: Operated;
  readonly #random: Random;
  readonly #all: Readonly<Record<string, Disturb>>;
  /** How often each befell it. */
  readonly counts: Record<string, number> = {};

  constructor(operated: Operated, random: Random) {
    this.#operated = operated;
    this.#random = random;
    const compact = async (): Promise<void> => await operated.cluster.compactEtcd();
    this.#all = {
      'kill -9': async () => await this.#replace('SIGKILL'),
      SIGTERM: async () => await this.#replace('SIGTERM'),
      SIGSTOP: async () => await this.#pause([this.#replica()]),
      'SIGSTOP of all': async () => await this.#pause(operated.replicas),
      'API server killed': async () => await this.#apiServerAway(12, async () => {}),
      'API server killed, etcd compacted': async () => await this.#apiServerAway(4, compact),
      'etcd compacted': compact,
    };
  }

  /** One of them, from its beginning to its end, and some peace afterwards. */
  async next(): Promise<void> {
    const names = Object.keys(this.#all);
    const name = names[this.#random.below(names.length)] ?? '';
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    await this.#all[name]?.();
    await this.#wait(6);
  }

  /** As if nothing had been. */
  async end(): Promise<void> {
    for (const replica of this.#operated.replicas) replica.program.signal('SIGCONT');
    while (this.#operated.replicas.length < 2) await this.#operated.addReplica();
    this.#operated.route();
  }

  #replica(): Replica {
    const { replicas } = this.#operated;
    const replica = replicas[this.#random.below(replicas.length)];
    if (replica === undefined) throw new Error('no replica runs');
    return replica;
  }

  async #wait(seconds: number): Promise<void> {
    await sleep(this.#random.next() * seconds * 1000);
  }

  async #replace(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#operated.removeReplica(this.#replica(), signal);
    await this.#wait(4);
    await this.#operated.addReplica();
  }

  /** Half of the time requests still go there, as they do until somebody notices. */
  async #pause(replicas: readonly Replica[]): Promise<void> {
    const others = this.#operated.replicas.filter((replica) => !replicas.includes(replica));
    for (const replica of replicas) replica.program.signal('SIGSTOP');
    if (this.#random.percent(50)) this.#operated.route(others);
    await this.#wait(30);
    for (const replica of replicas) replica.program.signal('SIGCONT');
    this.#operated.route();
  }

  async #apiServerAway(seconds: number, meanwhile: Disturb): Promise<void> {
    const { cluster } = this.#operated;
    await cluster.stopApiServer('SIGKILL');
    await meanwhile();
    await this.#wait(seconds);
    await cluster.startApiServer();
  }
}
