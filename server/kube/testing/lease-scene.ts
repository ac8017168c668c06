/**
 * @module Replicas that elect a leader over one fake API server, by one clock or several.
 */
import assert from 'node:assert/strict';
import { LeaseElection, type LeaseOptions } from '../lease.ts';
import { LeaseApi, LeaseClient } from './lease-api.ts';
import { ManualTiming } from './manual-timing.ts';
import { RecordingLog } from './recording.ts';

/** One process: its own clock, its own way to the API server. */
export class Replica {
  readonly changes: boolean[] = [];
  readonly log = new RecordingLog();
  readonly client: LeaseClient;
  readonly election: LeaseElection;

  constructor(api: LeaseApi, timing: ManualTiming, options: Partial<LeaseOptions> = {}) {
    this.client = new LeaseClient(api, timing);
    this.election = new LeaseElection({
      transport: this.client,
      namespace: 'cleat-system',
      name: 'cleat',
      identity: 'a',
      log: this.log,
      timing,
      onChange: (leading) => this.changes.push(leading),
      ...options,
    });
    this.election.start();
  }

  get leading(): boolean {
    return this.election.leading();
  }

  get said(): readonly string[] {
    return this.log.entries.map(({ level, message }) => `${level}: ${message.split(':')[0]}`);
  }
}

export class Scene {
  readonly api = new LeaseApi();
  readonly timing = new ManualTiming();
  readonly #replicas: Replica[] = [];

  replica(identity: string, options: Partial<LeaseOptions> = {}): Replica {
    const replica = new Replica(this.api, this.timing, { identity, ...options });
    this.#replicas.push(replica);
    return replica;
  }

  /** Lets time pass in small steps; at none of them do two lead. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 250) {
      await this.timing.advance(250);
      const leaders = this.#replicas.filter(({ leading }) => leading);
      assert.ok(leaders.length < 2, 'two replicas lead');
    }
  }
}
