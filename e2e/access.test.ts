import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../lib/api/json.ts';
import { AccessChecker, type AccessQuestion } from '../server/kube/access.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { startControlPlane, type ControlPlane } from './cluster/control-plane.ts';
import { waitFor } from './cluster/wait-for.ts';

const ACCOUNT = { namespace: 'default', name: 'asks' };
const RBAC = 'rbac.authorization.k8s.io/v1';

function aRoleFor(kind: 'Role' | 'ClusterRole', rules: readonly JsonObject[]): JsonObject[] {
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: 'asks' };
  const subjects = [{ kind: 'ServiceAccount', ...ACCOUNT }];
  const metadata = kind === 'Role' ? ACCOUNT : { name: 'asks' };
  return [
    { apiVersion: RBAC, kind, metadata, rules },
    { apiVersion: RBAC, kind: `${kind}Binding`, metadata, roleRef, subjects },
  ];
}

describe('what a ServiceAccount may, asked of a real API server', { timeout: 60_000 }, () => {
  let cluster: ControlPlane;
  let transport: Transport;
  let checker: AccessChecker;

  before(async () => {
    cluster = await startControlPlane();
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: ACCOUNT },
      ...aRoleFor('ClusterRole', [
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] },
        { apiGroups: ['apps'], resources: ['deployments/status'], verbs: ['patch'] },
      ]),
      ...aRoleFor('Role', [
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['named'], verbs: ['get'] },
      ]),
    );
    transport = openTransport({ kubeconfig: await cluster.kubeconfigFor(ACCOUNT), version: 'e2e' });
    checker = new AccessChecker({ transport });
    const deployments = { group: 'apps', resource: 'deployments', verb: 'get' };
    await waitFor('the roles to count', async () => {
      checker.forget();
      return await checker.allowed(deployments);
    });
  });
  after(async () => {
    await transport.close();
    await cluster.stop();
  });

  const secrets = { group: '', resource: 'secrets', verb: 'get' };
  const questions: Record<string, [AccessQuestion, boolean]> = {
    'patch all Deployments': [{ group: 'apps', resource: 'deployments', verb: 'patch' }, true],
    'patch those of a namespace': [
      { group: 'apps', resource: 'deployments', verb: 'patch', namespace: 'shop' },
      true,
    ],
    'patch their status': [
      { group: 'apps', resource: 'deployments', verb: 'patch', subresource: 'status' },
      true,
    ],
    'patch their scale': [
      { group: 'apps', resource: 'deployments', verb: 'patch', subresource: 'scale' },
      false,
    ],
    'delete them': [{ group: 'apps', resource: 'deployments', verb: 'delete' }, false],
    'patch DaemonSets': [{ group: 'apps', resource: 'daemonsets', verb: 'patch' }, false],
    'patch Deployments of another group': [
      { group: 'example.com', resource: 'deployments', verb: 'patch' },
      false,
    ],
    'read the named Secret': [{ ...secrets, namespace: 'default', name: 'named' }, true],
    'read another Secret': [{ ...secrets, namespace: 'default', name: 'other' }, false],
    'read any Secret there': [{ ...secrets, namespace: 'default' }, false],
    'read all Secrets': [secrets, false],
  };
  for (const [what, [question, allowed]] of Object.entries(questions)) {
    it(`it ${allowed ? 'may' : 'may not'} ${what}`, async () => {
      assert.equal(await checker.allowed(question), allowed);
    });
  }

  it('an answer is old news after the role has changed, until it is told to forget', async () => {
    const question = { group: 'apps', resource: 'deployments', verb: 'patch', namespace: 'changes' };
    assert.equal(await checker.allowed(question), true);
    await cluster.remove({ apiVersion: RBAC, kind: 'ClusterRoleBinding', name: 'asks' });
    await waitFor('the removal to count', async () => {
      return !(await new AccessChecker({ transport }).allowed(question));
    });
    assert.equal(await checker.allowed(question), true);
    checker.forget();
    assert.equal(await checker.allowed(question), false);
  });
});
