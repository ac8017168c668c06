import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Finding, Reason } from '../api/condition.ts';
import { aSelectingBinding } from '../testkit/builders.ts';
import { aWorkload, bindingOf, BOUND, observed, UNBOUND } from '../testkit/observed.ts';
import {
  conclude,
  nextStatus,
  type ObservedBinding,
  type Settled,
  type SettledBinding,
  type StatusContext,
} from './plan.ts';

const AVAILABLE = {
  secret: { name: 'db-secret' },
  finding: { status: 'True', reason: Reason.resolvedBindingSecret, message: '' } as Finding,
};
const RIGHT: Settled = { result: 'right', failure: undefined };
const FORBIDDEN: Settled = {
  result: 'failed',
  failure: { reason: Reason.workloadForbidden, message: 'no right' },
  recheck: true,
};
const REFUSED: Settled = {
  result: 'failed',
  failure: { reason: Reason.unprojectable, message: 'it is a Pod' },
  recheck: false,
};

function settled(
  given: Partial<ObservedBinding>,
  results: Readonly<Record<string, Settled>> = {},
  override: Partial<SettledBinding> = {},
): SettledBinding {
  return {
    observed: observed(given),
    results: new Map(Object.entries(results)),
    resolution: AVAILABLE,
    content: undefined,
    lacking: [],
    ...override,
  };
}

const CONTEXT: StatusContext = {
  status: undefined,
  previous: [],
  generation: 3,
  now: 'now',
  reporting: 'specification',
};

/** Ready, with what decides about it. */
function readyOf(state: SettledBinding): { status: string; reason: string; message: string } | undefined {
  const { findings, secret } = conclude(state);
  if (findings === undefined) return undefined;
  const next = nextStatus(findings, secret, CONTEXT);
  const conditions = next?.['conditions'] as readonly {
    type: string;
    status: string;
    reason: string;
    message: string;
  }[];
  const ready = conditions.find(({ type }) => type === 'Ready');
  assert.ok(ready);
  const { status, reason, message } = ready;
  return { status, reason, message };
}

describe('what has come of a binding', () => {
  it('SB-50, SB-34, SB-35: everything is projected', () => {
    const state = settled({ workloads: [UNBOUND] }, { orders: RIGHT });
    assert.deepEqual(readyOf(state), {
      status: 'True',
      reason: 'ServiceBound',
      message: 'projected into 1 workload',
    });
    const { secret, again, release } = conclude(state);
    assert.deepEqual(
      { secret, again, release },
      { secret: { name: 'db-secret' }, again: undefined, release: false },
    );
  });

  it('SB-33: failures are aggregated, each with its workload, and the others are bound', () => {
    const ready = readyOf(
      settled(
        { workloads: [aWorkload('a'), aWorkload('b'), aWorkload('c')] },
        {
          a: RIGHT,
          b: FORBIDDEN,
          c: REFUSED,
        },
      ),
    );
    assert.deepEqual(ready, {
      status: 'False',
      reason: 'WorkloadForbidden',
      message: '1 of 3 workloads projected; Deployment shop/b: no right; Deployment shop/c: it is a Pod',
    });
  });

  it('SB-46: what nobody tells of is looked at again, what an event will tell of is not', () => {
    assert.equal(conclude(settled({ workloads: [UNBOUND] }, { orders: FORBIDDEN })).again, 'later');
    assert.equal(conclude(settled({ workloads: [UNBOUND] }, { orders: REFUSED })).again, undefined);
  });

  it('SB-47: a conflict is not shown, and tried again soon', () => {
    const state = settled(
      { workloads: [aWorkload('a'), aWorkload('b')] },
      { a: { result: 'retry', problem: 'conflict' }, b: FORBIDDEN },
    );
    assert.deepEqual(conclude(state), {
      release: false,
      again: 'soon',
      findings: undefined,
      secret: { name: 'db-secret' },
    });
  });

  it('SB-48, SB-51: a workload that vanished while it was looked at is missing', () => {
    const ready = readyOf(settled({ workloads: [UNBOUND] }, { orders: { result: 'gone' } }));
    assert.equal(ready?.status, 'False');
    assert.equal(ready?.reason, 'WorkloadNotFound');
  });

  it('a selector without matches is ready, with 0 workloads', () => {
    const binding = bindingOf(aSelectingBinding({ matchLabels: { a: 'b' } }));
    const ready = readyOf(settled({ subject: { binding } }));
    assert.deepEqual(ready, {
      status: 'True',
      reason: 'ServiceBound',
      message: 'projected into 0 workloads',
    });
  });

  it('SB-51: a kind that does not exist, and one that is forbidden, say so and what to do', () => {
    const absent = readyOf(settled({ kind: 'absent' }));
    assert.match(absent?.message ?? '', /kind Deployment of apps does not exist: install/);
    const forbidden = readyOf(settled({ kind: 'forbidden' }, {}, { lacking: ['list'] }));
    assert.equal(forbidden?.reason, 'WorkloadForbidden');
    assert.match(forbidden?.message ?? '', /may not list .*ClusterRole labelled/);
  });

  it('a kind that cannot be listed says so, and is looked at again', () => {
    const state = settled({ kind: 'unreachable' });
    assert.equal(readyOf(state)?.reason, 'WorkloadUnreachable');
    assert.equal(conclude(state).again, 'later');
    assert.equal(conclude(settled({ kind: 'unreachable', deleting: true })).release, false);
  });

  it('what cannot be changed fails without being read again', () => {
    const pod = aWorkload('pod', { fixed: 'it is a Pod' });
    assert.match(readyOf(settled({ workloads: [pod] }))?.message ?? '', /pod: it is a Pod/);
    assert.equal(conclude(settled({ workloads: [pod] })).again, undefined);
  });

  it('deletion: a projection that could not be taken away keeps it', () => {
    const failure = { reason: Reason.unprojectable, message: 'the place is malformed' };
    const state = settled({ deleting: true, workloads: [BOUND] }, { orders: { result: 'right', failure } });
    assert.equal(conclude(state).release, false);
  });

  it('an excluded namespace says so', () => {
    assert.equal(readyOf(settled({ namespace: 'excluded' }))?.reason, 'NamespaceExcluded');
    assert.equal(conclude(settled({ namespace: 'excluded' })).secret, undefined);
  });

  it('APP-4, SB-21: what the Secret lacks makes it not ready, though everything is projected', () => {
    const content: Finding = { status: 'False', reason: Reason.secretIncomplete, message: 'no type' };
    const state = settled({ workloads: [BOUND] }, {}, { content });
    assert.equal(readyOf(state)?.reason, 'SecretIncomplete');
    assert.equal(conclude(state).again, 'later');
  });

  it('deletion: released when everything is taken away', () => {
    const state = settled({ deleting: true, workloads: [BOUND] }, { orders: RIGHT });
    assert.deepEqual(conclude(state), {
      release: true,
      again: undefined,
      findings: undefined,
      secret: undefined,
    });
  });

  it('deletion: what is forbidden keeps it, and the status says where and why', () => {
    const state = settled({ deleting: true, workloads: [BOUND] }, { orders: FORBIDDEN });
    assert.equal(conclude(state).release, false);
    assert.equal(conclude(state).again, 'later');
    assert.match(readyOf(state)?.message ?? '', /being deleted.*Deployment shop\/orders: no right/);
  });

  it('deletion: a conflict neither releases it nor shows', () => {
    const state = settled(
      { deleting: true, workloads: [BOUND] },
      { orders: { result: 'retry', problem: 'conflict' } },
    );
    assert.deepEqual(conclude(state), {
      release: false,
      again: 'soon',
      findings: undefined,
      secret: undefined,
    });
  });
});

describe('the status to write', () => {
  const { findings, secret } = conclude(settled({ workloads: [BOUND] }));
  assert.ok(findings);
  const context = { ...CONTEXT, now: '2026-05-05T05:05:05Z' };

  it('SB-28, SB-29, SB-35: has all conditions and the generation that they speak of', () => {
    const status = nextStatus(findings, secret, context);
    assert.equal(status?.['observedGeneration'], 3);
    assert.deepEqual(status['binding'], { name: 'db-secret' });
    assert.equal((status['conditions'] as readonly object[]).length, 3);
  });

  it('is none if it is there already, whatever the time', () => {
    const status = nextStatus(findings, secret, context);
    assert.ok(status);
    const previous = status['conditions'] as never;
    const later = { ...context, status, previous, now: '2027-01-01T00:00:00Z' };
    assert.equal(nextStatus(findings, secret, later), undefined);
  });

  it('keeps what others wrote into it', () => {
    const status = nextStatus(findings, secret, { ...context, status: { custom: 1 } });
    assert.equal(status?.['custom'], 1);
  });
});
