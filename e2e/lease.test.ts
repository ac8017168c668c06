import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { TransportError } from '../server/kube/errors.ts';
import { LeaseElection } from '../server/kube/lease.ts';
import { RecordingLog } from '../server/kube/testing/recording.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { startControlPlane, type ControlPlane } from './cluster/control-plane.ts';
import { waitFor } from './cluster/wait-for.ts';

const NAMESPACE = 'cleat-system';
const ACCOUNT = { namespace: NAMESPACE, name: 'cleat' };

/** What the installation grants. */
const ACCESS: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: ACCOUNT,
    rules: [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['cleat'],
        verbs: ['get', 'update'],
      },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: ACCOUNT,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'cleat' },
    subjects: [{ kind: 'ServiceAccount', ...ACCOUNT }],
  },
];

const LEASE = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  namespace: NAMESPACE,
  name: 'cleat',
};

/** A replica with its own connection, which can be cut. */
class Replica {
  readonly changes: boolean[] = [];
  readonly log = new RecordingLog();
  readonly identity: string;
  readonly election: LeaseElection;
  readonly #transport: Transport;
  #cut = false;

  constructor(kubeconfig: string, identity: string) {
    this.identity = identity;
    this.#transport = openTransport({ kubeconfig, version: 'e2e' });
    this.election = new LeaseElection({
      transport: {
        request: async (...request) => {
          if (this.#cut) throw new TransportError('connection', 'cut');
          return await this.#transport.request(...request);
        },
      },
      namespace: NAMESPACE,
      name: 'cleat',
      identity,
      log: this.log,
      onChange: (leading) => this.changes.push(leading),
      durationMs: 3_000,
      renewMs: 700,
      pollMs: 300,
    });
    this.election.start();
  }

  cut(cut: boolean): void {
    this.#cut = cut;
  }

  async close(): Promise<void> {
    await this.election.stop();
    await this.#transport.close();
  }
}

describe('two replicas and a Lease of a real API server', { timeout: 120_000 }, () => {
  let cluster: ControlPlane;
  let kubeconfig: string;
  let replicas: Replica[] = [];

  before(async () => {
    cluster = await startControlPlane();
    await cluster.createNamespace(NAMESPACE);
    await cluster.apply(...ACCESS);
    kubeconfig = await cluster.kubeconfigFor(ACCOUNT);
  });
  after(async () => cluster.stop());

  function aReplica(identity: string): Replica {
    const replica = new Replica(kubeconfig, identity);
    replicas.push(replica);
    return replica;
  }

  const leaders = (): string[] =>
    replicas.filter(({ election }) => election.leading()).map(({ identity }) => identity);

  /** At no moment do two lead. Waiting forgives what a probe throws: hence the list. */
  async function untilLeads(identity: string): Promise<void> {
    const together: string[][] = [];
    const probe = (): boolean => {
      const names = leaders();
      if (names.length > 1) together.push(names);
      return names[0] === identity;
    };
    await waitFor(`${identity} to lead`, probe, { intervalMs: 2, timeoutMs: 20_000 });
    assert.deepEqual(together, []);
  }

  async function spec(): Promise<JsonObject> {
    return dig(await cluster.get(LEASE), 'spec') as JsonObject;
  }

  async function scene(test: () => Promise<void>): Promise<void> {
    replicas = [];
    try {
      await test();
    } finally {
      await Promise.all(replicas.map(async (replica) => await replica.close()));
      await cluster.remove(LEASE);
    }
  }

  it('one leads, and when it stops it gives the Lease up, so that the other leads long before it expires', async () => {
    await scene(async () => {
      const a = aReplica('a');
      await untilLeads('a');
      const b = aReplica('b');
      await waitFor('b to see who leads', () => b.election.holder() === 'a');
      const { renewTime } = await spec();
      await waitFor('a renewal', async () => (await spec())['renewTime'] !== renewTime);
      await a.election.stop();
      assert.equal((await spec())['holderIdentity'], '');
      await untilLeads('b');
      const { holderIdentity, leaseTransitions, leaseDurationSeconds } = await spec();
      assert.deepEqual(
        { holderIdentity, leaseTransitions, leaseDurationSeconds },
        { holderIdentity: 'b', leaseTransitions: 1, leaseDurationSeconds: 3 },
      );
      assert.deepEqual([a.changes, b.changes], [[true, false], [true]]);
      assert.ok(!b.log.entries.some(({ level }) => level === 'warn'));
    });
  });

  it('one is cut off: it ends its own term, then the other takes over, and it follows when it is back', async () => {
    await scene(async () => {
      const a = aReplica('a');
      await untilLeads('a');
      const b = aReplica('b');
      a.cut(true);
      await untilLeads('b');
      assert.deepEqual(a.changes, [true, false]);
      a.cut(false);
      await waitFor('a to see who leads', () => a.election.holder() === 'b');
      await sleep(1_000);
      assert.deepEqual(leaders(), ['b']);
      assert.deepEqual([a.changes, b.changes], [[true, false], [true]]);
    });
  });

  it('of five that start at once, one leads; the Lease outlives its own deletion', async () => {
    await scene(async () => {
      for (const identity of ['a', 'b', 'c', 'd', 'e']) aReplica(identity);
      const first = await waitFor('a leader', () => leaders()[0]);
      await sleep(1_500);
      assert.deepEqual(leaders(), [first]);
      const uid = dig(await cluster.get(LEASE), 'metadata', 'uid');
      await cluster.remove(LEASE);
      await waitFor('a new Lease and its leader', async () => {
        const lease = await cluster.get(LEASE);
        const holder = dig(lease, 'spec', 'holderIdentity');
        return dig(lease, 'metadata', 'uid') !== uid && holder !== undefined && leaders()[0] === holder;
      });
      const complaints = replicas.flatMap(({ log }) => log.entries.filter(({ level }) => level === 'error'));
      assert.deepEqual(complaints, []);
    });
  });

  it('the API server is away for a while: nobody leads in the end, and one does when it is back', async () => {
    await scene(async () => {
      aReplica('a');
      aReplica('b');
      await waitFor('a leader', () => leaders()[0]);
      await cluster.stopApiServer('SIGKILL');
      await waitFor('the term to end', () => leaders().length === 0);
      await cluster.startApiServer();
      await waitFor('a leader', () => leaders().length === 1, { timeoutMs: 20_000 });
    });
  });
});
