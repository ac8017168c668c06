/**
 * @module Tells a workload that changed from one that somebody else keeps changing back: another controller, or a tool that
 * restores what it was given. Each round would roll its Pods out anew, without end.
 */
import { type Premises, samePremises } from '../../lib/reconcile/verdict.ts';
import { BoundedMap } from '../kube/bounded-map.ts';
import type { WorkloadKey } from './workload-record.ts';

/** Being wrong again for the same reasons so soon after it was put right is being changed back. */
const WINDOW_MS = 60_000;
/** Once or twice may be an edit that crossed ours. */
const REVERTS = 3;
/** Whoever fights over more workloads at once has other troubles. */
const REMEMBERED = 4096;

interface Round {
  readonly at: number;
  readonly premises: Premises;
  readonly reverts: number;
}

export class Fights {
  readonly #now: () => number;
  readonly #rounds = new BoundedMap<Round>(REMEMBERED);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether to leave it for now. */
  isLost(key: WorkloadKey, premises: Premises): boolean {
    return this.#reverts(key, premises) > REVERTS;
  }

  /** It was put right: what makes it wrong again comes later. */
  won(key: WorkloadKey, premises: Premises): void {
    this.#rounds.set(key, { at: this.#now(), premises, reverts: this.#reverts(key, premises) });
  }

  /** How often it was changed back, were it changed back now. */
  #reverts(key: WorkloadKey, premises: Premises): number {
    const last = this.#rounds.get(key);
    const isRevert =
      last !== undefined && this.#now() - last.at < WINDOW_MS && samePremises(last.premises, premises);
    return isRevert ? last.reverts + 1 : 0;
  }
}
