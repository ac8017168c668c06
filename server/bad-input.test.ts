import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../lib/api/json.ts';
import { aDeployment, aMapping, aPod, aReview, UID } from '../lib/testkit/builders.ts';
import { workerBinding, anApp, post, allowed, without, patchOf, review, request } from './testkit/post.ts';

describe('a readable review of a workload is never denied', () => {
  const pinned: Readonly<Record<string, { body: Json; want: string }>> = {
    'an unknown operation': {
      body: aReview(aDeployment(), { operation: 'FROB' }),
      want: allowed('Cleat: the operation is not one that Cleat knows'),
    },
    'a DELETE': { body: aReview(aDeployment(), { operation: 'DELETE', object: null }), want: allowed() },
    'a CONNECT': { body: aReview(aDeployment(), { operation: 'CONNECT' }), want: allowed() },
    'a sub-resource': { body: aReview(aDeployment(), { subResource: 'scale' }), want: allowed() },
    'a missing object': {
      body: { ...review, request: without(request, 'object') },
      want: allowed('Cleat: the request carries no object'),
    },
    'an object that is null': {
      body: aReview(aDeployment(), { object: null }),
      want: allowed('Cleat: the request carries no object'),
    },
    'an object that is a list': {
      body: { ...review, request: { ...request, object: [] } },
      want: allowed('Cleat: the request carries no object'),
    },
    'an object that is a string': {
      body: { ...review, request: { ...request, object: 'Deployment' } },
      want: allowed('Cleat: the request carries no object'),
    },
    'metadata that is a string': {
      body: aReview(aDeployment({ metadata: 'orders' })),
      want: allowed('Cleat: metadata of the object is not an object'),
    },
    'annotations that are a list': {
      body: aReview(aDeployment({ metadata: { annotations: [] } })),
      want: allowed('Cleat: metadata.annotations of the object is not an object'),
    },
    'an update of a Pod': {
      body: aReview(aPod(), { operation: 'UPDATE' }),
      want: allowed(),
    },
    'an object that is being deleted': {
      body: aReview(aDeployment({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), {
        operation: 'UPDATE',
      }),
      want: allowed(),
    },
    'a workload without a namespace': { body: aReview(aDeployment(), { namespace: '' }), want: allowed() },
    'a workload that no binding targets': {
      body: aReview(aDeployment({ metadata: { name: 'other' } })),
      want: allowed(),
    },
    'a kind that is a number': { body: aReview(aDeployment(), { kind: 7 }), want: allowed() },
    'volumes that are an object': {
      body: aReview(aDeployment({ spec: { template: { spec: { volumes: { a: 1 } } } } })),
      want: allowed(
        'ServiceBinding shop/db: nothing was projected: /spec/template/spec/volumes is not a list',
      ),
    },
    'a template that is a string': {
      body: aReview(aDeployment({ spec: { template: 'x' } })),
      want: allowed(
        'ServiceBinding shop/db: nothing was projected: /spec/template is a string, not an object',
      ),
    },
    'a template that is a list': {
      body: aReview(aDeployment({ spec: { template: [] } })),
      want: allowed('ServiceBinding shop/db: nothing was projected: /spec/template is a list, not an object'),
    },
    'template annotations that are a list': {
      body: aReview(aDeployment({ spec: { template: { metadata: { annotations: [1] } } } })),
      want: allowed(
        'ServiceBinding shop/db: nothing was projected: /spec/template/metadata/annotations is not an object',
      ),
    },
  };
  for (const [name, { body, want }] of Object.entries(pinned)) {
    it(name, async () => {
      assert.deepEqual(await post(anApp(), JSON.stringify(body)), { status: 200, body: want });
    });
  }

  it('an object without metadata is bound by the name that the request has', async () => {
    const answer = await post(
      anApp(),
      JSON.stringify(aReview(without(aDeployment(), 'metadata'), { name: 'orders', namespace: 'shop' })),
    );
    assert.match(answer.body, /"allowed":true,"patchType":"JSONPatch"/);
  });

  it('v1beta1 is answered in kind', async () => {
    const other = aReview(aDeployment({ metadata: { name: 'other' } }));
    const answer = await post(anApp(), JSON.stringify({ ...other, apiVersion: 'admission.k8s.io/v1beta1' }));
    assert.equal(answer.body, allowed(undefined, 'v1beta1'));
  });

  it('containers that are no objects, or whose lists are none, are left alone and named', async () => {
    const containers = [
      'x',
      null,
      7,
      [],
      { name: 'a', env: {} },
      { name: 'b', volumeMounts: 'x' },
      { name: 'good' },
    ];
    const answer = await post(
      anApp(),
      JSON.stringify(aReview(aDeployment({ spec: { template: { spec: { containers } } } }))),
    );
    const { response } = JSON.parse(answer.body) as { response: { allowed: boolean; warnings: string[] } };
    assert.equal(response.allowed, true);
    assert.deepEqual(
      response.warnings.map((text) => text.replace('ServiceBinding shop/db: container ', '')),
      [
        '/spec/template/spec/containers/0 was left alone: it is not an object',
        '/spec/template/spec/containers/2 was left alone: it is not an object',
        '/spec/template/spec/containers/3 was left alone: it is not an object',
        '/spec/template/spec/containers/4 was left alone: /spec/template/spec/containers/4/env is not a list',
        '/spec/template/spec/containers/5 was left alone: /spec/template/spec/containers/5/volumeMounts is not a list',
      ],
    );
    const touched = patchOf(answer)
      .map(({ path }) => path)
      .filter((path) => path.includes('containers'));
    assert.deepEqual(touched, [
      '/spec/template/spec/containers/6/env',
      '/spec/template/spec/containers/6/volumeMounts',
    ]);
  });

  it('a mapping whose path meets a scalar leaves the workload alone and says where', async () => {
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'orders', namespace: 'shop' },
      spec: 7,
    };
    const answer = await post(anApp([workerBinding, aMapping()]), JSON.stringify(aReview(worker)));
    assert.equal(
      answer.body,
      allowed('ServiceBinding shop/db: nothing was projected: /spec is a number, not an object'),
    );
  });

  it('a mapping that cannot be used leaves the workload alone and says what to correct', async () => {
    const broken = aMapping({ spec: { versions: [{ version: '*', volumes: '.spec.disks[*]' }] } });
    const worker = {
      apiVersion: 'example.com/v1',
      kind: 'Worker',
      metadata: { name: 'orders', namespace: 'shop' },
    };
    const answer = await post(anApp([workerBinding, broken]), JSON.stringify(aReview(worker)));
    const { response } = JSON.parse(answer.body) as { response: { allowed: boolean; warnings: string[] } };
    assert.equal(response.allowed, true);
    assert.match(
      response.warnings[0] ?? '',
      /^ServiceBinding shop\/db: nothing was projected: ClusterWorkloadResourceMapping workers\.example\.com cannot be used \(spec\.versions\[0\]\.volumes: /,
    );
  });

  it('an unparsable stashed mapping is replaced, with a warning', async () => {
    const annotations = { [`projector.servicebinding.io/mapping-${UID}`]: '{"versions":' };
    const answer = await post(
      anApp(),
      JSON.stringify(aReview(aDeployment({ metadata: { annotations } }), { operation: 'UPDATE' })),
    );
    const { response } = JSON.parse(answer.body) as { response: { allowed: boolean; warnings: string[] } };
    assert.equal(response.allowed, true);
    assert.match(
      response.warnings[0] ?? '',
      /holds no mapping \(it is not JSON\), so the present mapping was used/,
    );
    assert.ok(patchOf(answer).some(({ op, path }) => op === 'replace' && path.endsWith(`mapping-${UID}`)));
  });

  it('__proto__ and constructor are keys like any other: they survive, and pollute nothing', async () => {
    const text = JSON.stringify(aReview(aDeployment())).replace(
      '"labels":{"app":"orders"}',
      '"labels":{"app":"orders","__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}},"annotations":{"__proto__":"x","constructor":"y"}',
    );
    const answer = await post(anApp(), text);
    assert.match(answer.body, /"allowed":true,"patchType":"JSONPatch"/);
    assert.ok(
      patchOf(answer).every(({ path }) => !path.includes('__proto__') && !path.includes('constructor')),
    );
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('10,000 levels of nesting', async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    const text = JSON.stringify(aReview(aDeployment())).replace(
      '"image":"registry.example.com/app:1"',
      `"image":${deep}`,
    );
    assert.match((await post(anApp(), text)).body, /"allowed":true/);
    const list = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    assert.match((await post(anApp(), list)).body, /"allowed":false,"status":\{"code":400/);
    const env = JSON.stringify(aReview(aDeployment())).replace(
      '"image":',
      `"env":[{"name":"x","deep":${deep}}],"image":`,
    );
    assert.match((await post(anApp(), env)).body, /"allowed":true/);
  });

  it('a million entries of env', async () => {
    const text = JSON.stringify(aReview(aDeployment())).replace(
      '"image":',
      `"env":[${'{},'.repeat(1_000_000)}{}],"image":`,
    );
    const answer = await post(anApp(), text);
    assert.match(answer.body, /"allowed":true,"patchType":"JSONPatch"/);
    assert.deepEqual(
      patchOf(answer)
        .filter(({ path }) => path.includes('/env'))
        .map(({ op, path }) => [op, path]),
      [
        ['add', '/spec/template/spec/containers/0/env/1000001'],
        ['add', '/spec/template/spec/containers/0/env/1000002'],
      ],
    );
  });
});
