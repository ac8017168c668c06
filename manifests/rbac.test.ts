import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manifestsBelow, type Manifest } from './testkit/objects.ts';

const FOLDERS = ['rbac', 'overlays/self-signed', 'components'];
const objects = manifestsBelow(...FOLDERS);
const roles = objects.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role');
const bindings = objects.filter(({ kind }) => kind === 'ClusterRoleBinding' || kind === 'RoleBinding');

function role(name: string, kind = 'ClusterRole'): Manifest {
  const found = roles.find((one) => one.kind === kind && one.metadata.name === name);
  assert.ok(found, `there is no ${kind} ${name}`);
  return found;
}

/** Each rule as `group/resource(name): verbs`, verbs sorted. */
function granted({ rules = [] }: Manifest): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    resources.map((resource) => {
      const names = resourceNames === undefined ? '' : `(${resourceNames.join(' ')})`;
      return `${apiGroups.join(' ')}/${resource}${names}: ${verbs.toSorted().join(' ')}`;
    }),
  );
}

const GRANTS: readonly (readonly [kind: string, name: string, grants: readonly string[]])[] = [
  [
    'ClusterRole',
    'cleat-core',
    [
      'servicebinding.io/servicebindings: list patch watch',
      'servicebinding.io/servicebindings/status: patch',
      'servicebinding.io/clusterworkloadresourcemappings: list watch',
      '/namespaces: list watch',
      '/events: create',
      'admissionregistration.k8s.io/mutatingwebhookconfigurations(cleat): list patch watch',
    ],
  ],
  ['ClusterRole', 'cleat-controller', []],
  [
    'ClusterRole',
    'cleat-workloads',
    [
      'apps/daemonsets: get list patch watch',
      'apps/deployments: get list patch watch',
      'apps/replicasets: get list patch watch',
      'apps/statefulsets: get list patch watch',
      'batch/cronjobs: get list patch watch',
      '/replicationcontrollers: get list patch watch',
      'batch/jobs: get list watch',
      '/pods: get list watch',
    ],
  ],
  ['Role', 'cleat', ['coordination.k8s.io/leases: create', 'coordination.k8s.io/leases(cleat): get update']],
  [
    'ClusterRole',
    'cleat-view',
    [
      'servicebinding.io/clusterworkloadresourcemappings: get list watch',
      'servicebinding.io/servicebindings: get list watch',
    ],
  ],
  [
    'ClusterRole',
    'cleat-edit',
    ['servicebinding.io/servicebindings: create delete deletecollection get list patch update watch'],
  ],
  ['Role', 'cleat-certificates', ['/secrets(cleat-certificates): get patch']],
  [
    'ClusterRole',
    'cleat-self-signed',
    ['admissionregistration.k8s.io/validatingwebhookconfigurations(cleat): list patch watch'],
  ],
  ['ClusterRole', 'cleat-secret-check', ['/secrets: get']],
  ['ClusterRole', 'cleat-secret-generation', ['/secrets: create delete get list patch watch']],
];

describe('the roles', () => {
  test('are these, and grant this and nothing else', () => {
    const names = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;
    assert.deepEqual(roles.map(names).sort(), GRANTS.map(([kind, name]) => `${kind} ${name}`).sort());
    for (const [kind, name, grants] of GRANTS) assert.deepEqual(granted(role(name, kind)), grants, name);
  });

  test('have no wildcard', () => {
    for (const { metadata, rules = [] } of roles) {
      for (const { apiGroups, resources, verbs } of rules)
        assert.ok(![...apiGroups, ...resources, ...verbs].some((word) => word.includes('*')), metadata.name);
    }
  });

  test("RBAC-6: the controller's role aggregates those with the label of the specification, and of its drafts", () => {
    const { aggregationRule, rules } = role('cleat-controller');
    assert.deepEqual(aggregationRule, {
      clusterRoleSelectors: [
        { matchLabels: { 'servicebinding.io/controller': 'true' } },
        { matchLabels: { 'service.binding/controller': 'true' } },
      ],
    });
    // Not even an empty list: applied again, it would take away what the control plane has filled in.
    assert.equal(rules, undefined);
    assert.equal(role('cleat-workloads').metadata.labels?.['servicebinding.io/controller'], 'true');
  });

  test("RBAC-7: each of Cleat's roles is bound to its ServiceAccount, and only to that", () => {
    const forCleat = roles.filter(({ metadata: { name } }) => !/^cleat-(workloads|view|edit)$/.test(name));
    const bound = ({ kind, metadata }: Manifest): string => `${kind}Binding ${metadata.name}`;
    assert.deepEqual(
      bindings.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
      forCleat.map(bound).sort(),
    );
    for (const { kind, metadata, roleRef, subjects } of bindings) {
      assert.equal(`${roleRef?.kind}Binding ${roleRef?.name}`, `${kind} ${metadata.name}`);
      assert.deepEqual(subjects, [{ kind: 'ServiceAccount', name: 'cleat', namespace: 'cleat-system' }]);
    }
  });

  test("those for people join the cluster's own view, edit and admin", () => {
    const aggregated = (name: string): readonly string[] =>
      Object.keys(role(name).metadata.labels ?? {}).filter((label) => label.startsWith('rbac.'));
    assert.deepEqual(aggregated('cleat-view'), ['rbac.authorization.k8s.io/aggregate-to-view']);
    assert.deepEqual(aggregated('cleat-edit'), [
      'rbac.authorization.k8s.io/aggregate-to-edit',
      'rbac.authorization.k8s.io/aggregate-to-admin',
    ]);
  });
});
