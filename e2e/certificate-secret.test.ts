import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { CertificateSecretClient } from '../server/kube/certificate-secret.ts';
import { RecordingLog } from '../server/kube/testing/recording.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { openSecretSource, type SecretSource } from '../server/tls/secret-source.ts';
import { startControlPlane, type ControlPlane } from './cluster/control-plane.ts';
import { waitFor } from './cluster/wait-for.ts';

const NAMESPACE = 'cleat-system';
const NAME = 'cleat-certificates';
const ACCOUNT = { namespace: NAMESPACE, name: 'cleat' };
const SECRET = { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: NAME };

/** As it is shipped: without any data. */
const EMPTY: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: NAME, namespace: NAMESPACE },
  type: 'Opaque',
};

const ACCESS: readonly JsonObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: ACCOUNT,
    rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: [NAME], verbs: ['get', 'patch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: ACCOUNT,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'cleat' },
    subjects: [{ kind: 'ServiceAccount', ...ACCOUNT }],
  },
];

describe('certificates in a Secret of a real API server', { timeout: 120_000 }, () => {
  let cluster: ControlPlane;
  let transport: Transport;

  before(async () => {
    cluster = await startControlPlane();
    await cluster.createNamespace(NAMESPACE);
    await cluster.apply(...ACCESS);
    transport = openTransport({ kubeconfig: await cluster.kubeconfigFor(ACCOUNT), version: 'e2e' });
  });
  after(async () => {
    await transport.close();
    await cluster.stop();
  });

  async function aReplica(t: TestContext, mayIssue: () => boolean): Promise<SecretSource> {
    const end = new AbortController();
    t.after(() => end.abort());
    const source = await openSecretSource(
      {
        secret: new CertificateSecretClient({ transport, namespace: NAMESPACE, name: NAME }),
        dnsNames: ['cleat.cleat-system.svc'],
        ipAddresses: [],
        mayIssue,
        pollMs: 100,
        startPollMs: 50,
        log: new RecordingLog(),
        describe: `Secret ${NAMESPACE}/${NAME}`,
      },
      end.signal,
    );
    t.after(() => source.stop());
    return source;
  }

  async function text(key: string): Promise<string> {
    return Buffer.from(String(dig(await cluster.get(SECRET), 'data', key)), 'base64').toString('utf8');
  }

  it('are issued by the one that may, with the rights to get and patch it alone, and served by both', async (t) => {
    const waiting = aReplica(t, () => false);
    const leading = aReplica(t, () => true);
    await cluster.apply(EMPTY);
    const [follower, leader] = await Promise.all([waiting, leading]);
    assert.deepEqual(follower.current(), leader.current());
    assert.equal(leader.current().certificate, await text('tls.crt'));
    assert.equal(leader.authorities(), await text('ca.crt'));
  });

  it('are the same for three that issue at once, after the installation was applied again', async (t) => {
    await cluster.remove(SECRET);
    await cluster.apply(EMPTY);
    const replicas = await Promise.all([1, 2, 3].map(async () => await aReplica(t, () => true)));
    const certificate = await text('tls.crt');
    await waitFor('all to serve it', () =>
      replicas.every((replica) => replica.current().certificate === certificate),
    );
    await cluster.apply(EMPTY);
    assert.equal(await text('tls.crt'), certificate);
  });

  it('are issued anew where somebody damaged them, and other entries stay', async (t) => {
    const leader = await aReplica(t, () => true);
    const before = leader.current();
    const binary = Buffer.from([0xff, 0xfe, 0x00]).toString('base64');
    await cluster.patch(SECRET, { data: { 'tls.key': null, binary } });
    await waitFor('a new certificate', () => leader.current().fingerprint !== before.fingerprint);
    assert.equal(leader.current().authority, before.authority);
    assert.equal(leader.current().key, await text('tls.key'));
    assert.equal(dig(await cluster.get(SECRET), 'data', 'binary'), binary);
  });

  it('stay as they are when the Secret is gone or may not be written, and the problem says what to do', async (t) => {
    const leader = await aReplica(t, () => true);
    const before = leader.current();
    await cluster.remove(SECRET);
    await waitFor('a problem', () => leader.problem());
    assert.match(
      leader.problem() ?? '',
      /does not exist; re-apply the installation, or create an empty Secret/,
    );
    assert.equal(leader.current(), before);
    await cluster.apply({ ...EMPTY, immutable: true });
    await waitFor('another problem', () => leader.problem()?.includes('cannot be written'));
    assert.match(leader.problem() ?? '', /HTTP 422 Invalid\); .*it must not be immutable/);
    assert.equal(leader.current(), before);
  });
});
