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

const EVERYTHING = 'create delete deletecollection get list patch update watch';

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
  ['ClusterRole', 'cleat-edit', [`servicebinding.io/servicebindings: ${EVERYTHING}`]],
  ['Role', 'cleat-certificates', ['/secrets(cleat-certificates): get patch']],
  [
    'ClusterRole',
    'cleat-self-signed',
    ['admissionregistration.k8s.io/validatingwebhookconfigurations(cleat): list patch watch'],
  ],
  ['ClusterRole', 'cleat-secret-check', ['/secrets: get']],
  ['ClusterRole', 'cleat-secret-generation', ['/secrets: create delete get list patch watch']],
  [
    'ClusterRole',
    'cleat-secret-sources',
    [
      '/configmaps: get list watch',
      '/services: get list watch',
      'networking.k8s.io/ingresses: get list watch',
      'route.openshift.io/routes: get list watch',
      'apiextensions.k8s.io/customresourcedefinitions: get list watch',
    ],
  ],
  [
    'ClusterRole',
    'cleat-secret-users',
    ['/pods: list', 'apps/controllerrevisions: list', 'apps/replicasets: list'],
  ],
  ['ClusterRole', 'cleat-olm-descriptors', ['operators.coreos.com/clusterserviceversions: list watch']],
  ['Role', 'cleat-requester-key', ['/secrets(cleat-requester-key): get patch']],
  ['ClusterRole', 'cleat-requesters', ['authorization.k8s.io/subjectaccessreviews: create']],
  [
    'ClusterRole',
    'cleat-v1alpha2',
    [
      'service.binding/servicebindings: list patch watch',
      'service.binding/servicebindings/status: patch',
      'service.binding/clusterapplicationresourcemappings: list watch',
    ],
  ],
  [
    'ClusterRole',
    'cleat-v1alpha2-view',
    [
      'service.binding/clusterapplicationresourcemappings: get list watch',
      'service.binding/servicebindings: get list watch',
    ],
  ],
  ['ClusterRole', 'cleat-v1alpha2-edit', [`service.binding/servicebindings: ${EVERYTHING}`]],
  [
    'ClusterRole',
    'cleat-service-binding-operator',
    [
      'binding.operators.coreos.com/servicebindings: get list patch watch',
      'binding.operators.coreos.com/servicebindings/status: patch',
      'binding.operators.coreos.com/bindablekinds: create',
      'binding.operators.coreos.com/bindablekinds(bindable-kinds): get patch',
    ],
  ],
  [
    'ClusterRole',
    'cleat-service-binding-operator-view',
    [
      'binding.operators.coreos.com/bindablekinds: get list watch',
      'binding.operators.coreos.com/servicebindings: get list watch',
    ],
  ],
  [
    'ClusterRole',
    'cleat-service-binding-operator-edit',
    [`binding.operators.coreos.com/servicebindings: ${EVERYTHING}`],
  ],
  ['ClusterRole', 'cleat-bindable-kinds', ['binding.operators.coreos.com/bindablekinds: get list watch']],
  [
    'ClusterRole',
    'cleat-application-stacks',
    [
      'operators.coreos.com/servicebindings: list patch watch',
      'operators.coreos.com/servicebindings/status: patch',
    ],
  ],
  ['ClusterRole', 'cleat-application-stacks-view', ['operators.coreos.com/servicebindings: get list watch']],
  ['ClusterRole', 'cleat-application-stacks-edit', [`operators.coreos.com/servicebindings: ${EVERYTHING}`]],
];

const CLEAT = [{ kind: 'ServiceAccount', name: 'cleat', namespace: 'cleat-system' }];
/** Whoever has logged in: the Service Binding Operator lets them read this one too, and development tools do. */
const EVERYBODY = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }];

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

  test("RBAC-6: the controller's role aggregates those with the label of the specification, and that of its draft v1alpha2", () => {
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

  test("RBAC-7: each of Cleat's roles is bound to its ServiceAccount, and only to that; that of the bindable kinds is for everybody", () => {
    const forCleat = roles.filter(
      ({ metadata: { name } }) => !/^cleat-(workloads|(.+-)?(view|edit))$/.test(name),
    );
    const bound = ({ kind, metadata }: Manifest): string => `${kind}Binding ${metadata.name}`;
    assert.deepEqual(
      bindings.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort(),
      forCleat.map(bound).sort(),
    );
    for (const { kind, metadata, roleRef, subjects } of bindings) {
      assert.equal(`${roleRef?.kind}Binding ${roleRef?.name}`, `${kind} ${metadata.name}`);
      assert.deepEqual(subjects, metadata.name === 'cleat-bindable-kinds' ? EVERYBODY : CLEAT, metadata.name);
    }
  });

  test("those for people join the cluster's own view, edit and admin", () => {
    const aggregated = (name: string): readonly string[] =>
      Object.keys(role(name).metadata.labels ?? {}).filter((label) => label.startsWith('rbac.'));
    for (const family of ['', '-v1alpha2', '-service-binding-operator', '-application-stacks']) {
      assert.deepEqual(aggregated(`cleat${family}-view`), ['rbac.authorization.k8s.io/aggregate-to-view']);
      assert.deepEqual(aggregated(`cleat${family}-edit`), [
        'rbac.authorization.k8s.io/aggregate-to-edit',
        'rbac.authorization.k8s.io/aggregate-to-admin',
      ]);
    }
  });
});
