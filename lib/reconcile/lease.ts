/**
 * @module Who leads: what a replica does about the Lease that it has just read, and what it writes there.
 *
 * Clocks of machines differ, so the times in a Lease are for people. Another's Lease has expired once its record was
 * seen unchanged, on our own clock, for as long as it promises to be renewed in: its holder wrote it before we saw it
 * first, and stops leading well before that time is over on its own clock.
 */
import { resourceVersionOf } from '../parse/meta.ts';
import { dig, isObject, own, textOf, type Json, type JsonObject } from '../api/json.ts';

export interface LeaseRecord {
  /** Empty if it is free. */
  readonly holder: string;
  /** Undefined if it makes no promise. */
  readonly durationMs: number | undefined;
  readonly renewTime: string;
  readonly transitions: number;
  readonly resourceVersion: string;
}

/** A record, and since when (on our clock) it has been seen just so. */
export interface Observation {
  readonly record: LeaseRecord;
  readonly sinceMs: number;
}

export interface Candidate {
  readonly identity: string;
  /** What it promises to renew its own Lease in, and assumes of one that promises nothing. */
  readonly durationMs: number;
}

export type LeaseDecision =
  | { readonly action: 'create' }
  /** It is ours. */
  | { readonly action: 'renew' }
  /** It is free, or has expired. */
  | { readonly action: 'take' }
  | { readonly action: 'wait'; readonly expiresInMs: number };

export interface Claim extends Candidate {
  readonly namespace: string;
  readonly name: string;
  /** Now, as a MicroTime. */
  readonly time: string;
}

export function leaseRecordOf(lease: JsonObject): LeaseRecord {
  const seconds = dig(lease, 'spec', 'leaseDurationSeconds');
  return {
    holder: textOf(dig(lease, 'spec', 'holderIdentity')),
    durationMs: typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined,
    renewTime: textOf(dig(lease, 'spec', 'renewTime')),
    transitions: countOf(dig(lease, 'spec', 'leaseTransitions')),
    resourceVersion: resourceVersionOf(lease),
  };
}

/**
 * What is known after a look. The resourceVersion alone would do, but for an etcd that was restored from a backup and
 * counts the same numbers again.
 */
export function observe(before: Observation | undefined, record: LeaseRecord, nowMs: number): Observation {
  return before !== undefined && sameRecord(before.record, record) ? before : { record, sinceMs: nowMs };
}

export function decideLease(
  observation: Observation | undefined,
  { identity, durationMs }: Candidate,
  nowMs: number,
): LeaseDecision {
  if (observation === undefined) return { action: 'create' };
  const { record, sinceMs } = observation;
  // An identity is never used twice. If it stands here, our own write put it there, even if the answer was lost.
  if (record.holder === identity) return { action: 'renew' };
  const expiresInMs = sinceMs + (record.durationMs ?? durationMs) - nowMs;
  return record.holder === '' || expiresInMs <= 0 ? { action: 'take' } : { action: 'wait', expiresInMs };
}

/** The Lease in the claimant's hands: renewed if it holds it, else taken. Whatever else was in it stays. */
export function claimed(lease: JsonObject | undefined, claim: Claim): JsonObject {
  const { identity, durationMs, time } = claim;
  const spec = {
    holderIdentity: identity,
    // Whole seconds: rounded up, so that others wait too long rather than too short.
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    renewTime: time,
  };
  if (lease === undefined) {
    return { ...anEmptyLease(claim), spec: { ...spec, acquireTime: time, leaseTransitions: 0 } };
  }
  const { holder, transitions } = leaseRecordOf(lease);
  if (holder === identity) return withSpec(lease, spec);
  return withSpec(lease, { ...spec, acquireTime: time, leaseTransitions: transitions + 1 });
}

/** The Lease given back. */
export function released(lease: JsonObject, time: string): JsonObject {
  return withSpec(lease, { holderIdentity: '', renewTime: time });
}

function anEmptyLease({ namespace, name }: Claim): JsonObject {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': 'cleat' } },
  };
}

function withSpec(lease: JsonObject, members: JsonObject): JsonObject {
  const spec = own(lease, 'spec');
  return { ...lease, spec: { ...(isObject(spec) ? spec : {}), ...members } };
}

function countOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function sameRecord(a: LeaseRecord, b: LeaseRecord): boolean {
  return (
    a.resourceVersion === b.resourceVersion &&
    a.holder === b.holder &&
    a.renewTime === b.renewTime &&
    a.transitions === b.transitions
  );
}
