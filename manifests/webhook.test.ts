import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';

interface Webhook {
  readonly name: string;
  readonly clientConfig: Readonly<Record<string, unknown>>;
  readonly namespaceSelector: {
    readonly matchExpressions: readonly {
      readonly key: string;
      readonly operator: 'In' | 'NotIn';
      readonly values: readonly string[];
    }[];
  };
  readonly matchConditions: readonly { readonly name: string; readonly expression: string }[];
  readonly rules?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

interface Configuration {
  readonly metadata: object;
  readonly webhooks: readonly Webhook[];
}

function read(name: string): Configuration {
  const configuration: Configuration = parse(
    readFileSync(new URL(`webhook/${name}.yaml`, import.meta.url), 'utf8'),
  );
  return configuration;
}

function named(name: string): Webhook {
  const found = [...read('mutating').webhooks, ...read('validating').webhooks].find(
    (one) => one.name === name,
  );
  assert.ok(found, `there is no webhook ${name}`);
  return found;
}

const workloads = named('workloads.webhook.cleat.dev');
const required = named('required.webhook.cleat.dev');
const bindings = named('bindings.webhook.cleat.dev');

/** Whether the API server sends what is in a namespace with these labels. */
function selects(webhook: Webhook, labels: Readonly<Record<string, string>>): boolean {
  return webhook.namespaceSelector.matchExpressions.every(
    ({ key, operator, values }) => (operator === 'In') === values.includes(labels[key] ?? 'no such label'),
  );
}

/** What the components of the opt-in APIs add to the validating configuration. */
function added(component: string): Webhook {
  const path = `components/${component}/webhook.yaml`;
  const patch: readonly { readonly op: string; readonly path: string; readonly value: Webhook }[] = parse(
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  );
  const [operation, ...others] = patch;
  assert.ok(operation);
  assert.deepEqual([operation.op, operation.path, others], ['add', '/webhooks/-', []]);
  return operation.value;
}

const served = { service: { name: 'cleat', namespace: 'cleat-system', port: 443 } };
const at = (path: string): object => ({ service: { ...served.service, path } });

describe('the webhook configurations', () => {
  test('are named cleat, and hold the webhooks that are documented, and no others', () => {
    for (const name of ['mutating', 'validating'])
      assert.deepEqual(read(name).metadata, { name: 'cleat', labels: { 'app.kubernetes.io/name': 'cleat' } });
    const names = (configuration: string): readonly string[] =>
      read(configuration).webhooks.map(({ name }) => name);
    assert.deepEqual(names('mutating'), [workloads.name, required.name]);
    assert.deepEqual(names('validating'), [bindings.name]);
  });

  test('are reached at the Service cleat, and name no caBundle: whoever issues the certificate does', () => {
    assert.deepEqual(workloads.clientConfig, at('/mutate'));
    assert.deepEqual(required.clientConfig, at('/mutate'));
    assert.deepEqual(bindings.clientConfig, at('/validate'));
  });

  test('each namespace is served by the webhook that its labels ask for, or by none', () => {
    const ignore = { 'webhook.cleat.dev/ignore': 'true' };
    const require = { 'webhook.cleat.dev/required': 'true' };
    const called = (name: string): Record<string, string> => ({ 'kubernetes.io/metadata.name': name });
    const cases: readonly (readonly [Record<string, string>, readonly Webhook[]])[] = [
      [called('shop'), [workloads, bindings]],
      [{ ...called('shop'), ...require }, [required, bindings]],
      [{ ...called('shop'), ...ignore }, []],
      [{ ...called('shop'), ...ignore, ...require }, []],
      [{ ...called('shop'), 'webhook.cleat.dev/ignore': 'false' }, [workloads, bindings]],
      [{ ...called('shop'), 'webhook.cleat.dev/required': 'false' }, [workloads, bindings]],
      [called('kube-system'), []],
      [{ ...called('kube-system'), ...require }, []],
      [called('cleat-system'), []],
      [{ ...called('cleat-system'), ...require }, []],
    ];
    for (const [labels, expected] of cases) {
      const selected = [workloads, required, bindings].filter((webhook) => selects(webhook, labels));
      assert.deepEqual(
        selected.map(({ name }) => name),
        expected.map(({ name }) => name),
        JSON.stringify(labels),
      );
    }
  });
});

describe('the webhooks for workloads', () => {
  test('one never stands in the way of a workload, the other does, and they are the same otherwise', () => {
    assert.equal(workloads['failurePolicy'], 'Ignore');
    assert.equal(required['failurePolicy'], 'Fail');
    const rest = ({
      name: _n,
      failurePolicy: _f,
      namespaceSelector: _s,
      matchConditions: _m,
      ...fields
    }: Webhook): object => fields;
    assert.deepEqual(rest(required), rest(workloads));
    assert.equal(workloads['sideEffects'], 'None');
    assert.equal(workloads['reinvocationPolicy'], 'IfNeeded');
  });

  test('have no rules: the leader writes them', () => {
    assert.equal(workloads.rules, undefined);
    assert.equal(required.rules, undefined);
  });

  test('are not asked about what the controller itself writes, nor is the required one about what is being deleted', () => {
    const notFromCleat = "request.userInfo.username != 'system:serviceaccount:cleat-system:cleat'";
    const expressions = ({ matchConditions }: Webhook): readonly string[] =>
      matchConditions.map(({ expression }) => expression);
    assert.deepEqual(expressions(workloads), [notFromCleat]);
    assert.deepEqual(expressions(required), [notFromCleat, '!has(object.metadata.deletionTimestamp)']);
  });
});

describe("the webhook for Cleat's own kinds", () => {
  test('refuses while Cleat is away, and does something only where it is no dry run', () => {
    assert.equal(bindings['failurePolicy'], 'Fail');
    assert.equal(bindings['sideEffects'], 'NoneOnDryRun');
    assert.equal(bindings['matchPolicy'], 'Equivalent');
    assert.equal(bindings['timeoutSeconds'], 5);
  });

  test('is asked about every served version of both kinds, at creation and update, and not about the status', () => {
    assert.deepEqual(bindings.rules, [
      {
        apiGroups: ['servicebinding.io'],
        apiVersions: ['v1', 'v1alpha3', 'v1beta1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['clusterworkloadresourcemappings', 'servicebindings'],
        scope: '*',
      },
    ]);
  });

  for (const [api, group, version, resources] of [
    ['v1alpha2', 'service.binding', 'v1alpha2', ['clusterapplicationresourcemappings', 'servicebindings']],
    ['service-binding-operator', 'binding.operators.coreos.com', 'v1alpha1', ['servicebindings']],
    ['application-stacks', 'operators.coreos.com', 'v1alpha1', ['servicebindings']],
  ] as const) {
    test(`the API ${group} is opt-in, and then asks the same webhook in the same cases`, () => {
      assert.deepEqual(added(`api-${api}`), {
        ...bindings,
        name: `${api}.webhook.cleat.dev`,
        rules: [
          {
            apiGroups: [group],
            apiVersions: [version],
            operations: ['CREATE', 'UPDATE'],
            resources,
            scope: '*',
          },
        ],
      });
    });
  }
});
