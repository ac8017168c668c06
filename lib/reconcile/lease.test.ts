import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, type JsonObject } from '../api/json.ts';
import {
  claimed,
  decideLease,
  leaseRecordOf,
  observe,
  released,
  type Claim,
  type LeaseDecision,
  type LeaseRecord,
  type Observation,
} from './lease.ts';

const ME = { identity: 'me', durationMs: 15_000 };
const CLAIM: Claim = { ...ME, namespace: 'cleat-system', name: 'cleat', time: '2026-01-01T00:00:00.000000Z' };

const aRecord = (record: Partial<LeaseRecord> = {}): LeaseRecord => ({
  holder: 'other',
  durationMs: 15_000,
  renewTime: '2026-01-01T00:00:00.000000Z',
  transitions: 3,
  resourceVersion: '7',
  ...record,
});

const seen = (sinceMs: number, record: Partial<LeaseRecord> = {}): Observation => ({
  record: aRecord(record),
  sinceMs,
});

const aLease = (spec: JsonObject): JsonObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'cleat', namespace: 'cleat-system', resourceVersion: '7', labels: { team: 'platform' } },
  spec: { strategy: 'OldestEmulationVersion', ...spec },
});

describe('what is done about a Lease', () => {
  const NOW = 100_000;
  const cases: Record<string, [Observation | undefined, LeaseDecision]> = {
    'there is none: it is made': [undefined, { action: 'create' }],
    'it is free: it is taken at once': [seen(NOW, { holder: '' }), { action: 'take' }],
    "it is another's, seen for the first time: its whole duration is waited for": [
      seen(NOW),
      { action: 'wait', expiresInMs: 15_000 },
    ],
    'it is unchanged for almost its duration: the rest is waited for': [
      seen(NOW - 14_999),
      { action: 'wait', expiresInMs: 1 },
    ],
    'it is unchanged for its duration: it is taken': [seen(NOW - 15_000), { action: 'take' }],
    'its holder promised another duration: that one counts': [
      seen(NOW - 20_000, { durationMs: 60_000 }),
      { action: 'wait', expiresInMs: 40_000 },
    ],
    'its holder promised nothing: our own duration counts': [
      seen(NOW - 5_000, { durationMs: undefined }),
      { action: 'wait', expiresInMs: 10_000 },
    ],
    'its renewal lies years back: only our own clock counts': [
      seen(NOW - 1, { renewTime: '1999-01-01T00:00:00.000000Z' }),
      { action: 'wait', expiresInMs: 14_999 },
    ],
    'its renewal lies in the future: only our own clock counts': [
      seen(NOW - 15_000, { renewTime: '2099-01-01T00:00:00.000000Z' }),
      { action: 'take' },
    ],
    'it is ours: it is renewed': [seen(NOW, { holder: 'me' }), { action: 'renew' }],
    'it is ours, and long expired: it is renewed, since nobody took it': [
      seen(0, { holder: 'me' }),
      { action: 'renew' },
    ],
  };
  for (const [name, [observation, decision]] of Object.entries(cases)) {
    it(name, () => assert.deepEqual(decideLease(observation, ME, NOW), decision));
  }
});

describe('how long a record has been seen unchanged', () => {
  it('counts from the first look', () => {
    assert.deepEqual(observe(undefined, aRecord(), 5), { record: aRecord(), sinceMs: 5 });
    assert.deepEqual(observe(seen(5), aRecord(), 9), seen(5));
  });

  const changes: Record<string, Partial<LeaseRecord>> = {
    'another holder': { holder: 'third' },
    'a renewal': { renewTime: '2026-01-01T00:00:05.000000Z' },
    'a transition': { transitions: 4 },
    'any other write': { resourceVersion: '8' },
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`begins anew with ${name}`, () =>
      assert.deepEqual(observe(seen(5), aRecord(change), 9), seen(9, change)));
  }
});

describe('the record of a Lease', () => {
  it('is read from its spec', () => {
    const spec = {
      holderIdentity: 'other',
      leaseDurationSeconds: 15,
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 3,
    };
    assert.deepEqual(leaseRecordOf(aLease(spec)), aRecord());
  });

  it('of a Lease that somebody made empty is free', () => {
    const empty = { holder: '', durationMs: undefined, renewTime: '', transitions: 0, resourceVersion: '' };
    assert.deepEqual(leaseRecordOf({}), empty);
    assert.deepEqual(leaseRecordOf({ spec: { leaseDurationSeconds: 0 } }), empty);
  });
});

describe('what is written', () => {
  it('a new Lease', () => {
    assert.deepEqual(claimed(undefined, CLAIM), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'cleat', namespace: 'cleat-system', labels: { 'app.kubernetes.io/name': 'cleat' } },
      spec: {
        holderIdentity: 'me',
        leaseDurationSeconds: 15,
        acquireTime: CLAIM.time,
        renewTime: CLAIM.time,
        leaseTransitions: 0,
      },
    });
  });

  it('a renewal moves the renewal alone, and carries the resourceVersion that was read', () => {
    const held = { holderIdentity: 'me', acquireTime: 'then', leaseTransitions: 3 };
    assert.deepEqual(
      claimed(aLease(held), CLAIM),
      aLease({ ...held, leaseDurationSeconds: 15, renewTime: CLAIM.time }),
    );
  });

  for (const holderIdentity of ['other', '']) {
    it(`taking it from "${holderIdentity}" is a transition, and leaves what else is in it`, () => {
      const before = aLease({ holderIdentity, acquireTime: 'then', leaseTransitions: 3 });
      const expected = {
        holderIdentity: 'me',
        acquireTime: CLAIM.time,
        leaseTransitions: 4,
        leaseDurationSeconds: 15,
        renewTime: CLAIM.time,
      };
      assert.deepEqual(claimed(before, CLAIM), aLease(expected));
    });
  }

  it('a duration of less than whole seconds is rounded up', () => {
    const lease = claimed(undefined, { ...CLAIM, durationMs: 1_200 });
    assert.equal(dig(lease, 'spec', 'leaseDurationSeconds'), 2);
  });

  it('a Lease without a spec can be taken', () => {
    const { holder, transitions } = leaseRecordOf(claimed({ metadata: {} }, CLAIM));
    assert.deepEqual({ holder, transitions }, { holder: 'me', transitions: 1 });
  });

  it('a release leaves it free, and its history', () => {
    const held = { holderIdentity: 'me', acquireTime: 'then', leaseTransitions: 3 };
    assert.deepEqual(
      released(aLease(held), CLAIM.time),
      aLease({ ...held, holderIdentity: '', renewTime: CLAIM.time }),
    );
  });
});
