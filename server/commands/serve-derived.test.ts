import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { aDeployment, aReview } from '../../lib/testkit/builders.ts';
import { aFolder } from './testkit/folder.ts';
import { ENCODED, PASSWORD, SECRET } from './testkit/manifests.ts';
import { Serving } from './testkit/serving.ts';

const OPERATOR = `apiVersion: binding.operators.coreos.com/v1alpha1
kind: ServiceBinding
metadata: {name: operated, namespace: shop}
spec:
  services: [{group: '', version: v1, kind: Secret, name: db-secret, id: db}]
  application: {group: apps, version: v1, resource: deployments, name: orders}
  mappings: [{name: greeting, value: 'hello {{ .db.metadata.name }}'}]
`;

/** The kind behind `resource` is told by the definition, and what to bind by its annotations. */
const GADGETS = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: gadgets.example.com
  annotations: {service.binding/type: gadget, service.binding/host: 'path={.spec.host},x=1'}
spec:
  group: example.com
  names: {kind: Gadget, plural: gadgets}
---
apiVersion: example.com/v1
kind: Gadget
metadata: {name: gadget, namespace: shop}
spec: {host: first.example.com}
---
apiVersion: servicebinding.io/v1
kind: ServiceBinding
metadata: {name: specified, namespace: shop}
spec:
  service: {apiVersion: example.com/v1, kind: Gadget, name: gadget}
  workload: {apiVersion: apps/v1, kind: Deployment, name: orders}
---
apiVersion: binding.operators.coreos.com/v1alpha1
kind: ServiceBinding
metadata: {name: by-resource, namespace: shop}
spec:
  bindAsFiles: false
  services: [{group: example.com, version: v1, resource: gadgets, name: gadget}]
  application: {group: apps, version: v1, kind: Deployment, name: orders}
`;

describe('cleat serve, from files with bindings that have a Secret made', () => {
  let folder = '';
  let serving: Serving;
  before(async () => {
    folder = await aFolder({ 'world.yaml': `${SECRET}---\n${OPERATOR}`, 'gadgets.yaml': GADGETS });
    serving = new Serving(
      ['--resources', folder, '--port', '0', '--ops-port', '0', '--drain', '0'],
      await aFolder(),
    );
    await serving.line('serving');
  });

  /** The patch for the Deployment, as a text. */
  async function patch(deployment: JsonObject = aDeployment()): Promise<string> {
    const { status, body } = await serving.post('/mutate', aReview(deployment));
    assert.equal(status, 200);
    return Buffer.from(String(dig(JSON.parse(body) as JsonObject, 'response', 'patch')), 'base64').toString();
  }

  it('projects the Secret that is made, by the name that it has', async () => {
    const text = await patch();
    assert.match(text, /"secretName":"operated-[0-9a-f]{8}"/);
    assert.match(text, /"name":"specified-[0-9a-f]{8}"/);
    assert.match(text, /"secretRef":\{"name":"by-resource-[0-9a-f]{8}"\}/);
  });

  it('tells what the user should know of it, once, and never a value', async () => {
    const told = await serving.line('the Secret of a binding', { name: 'specified' });
    assert.match(String(told['reason']), /"x"/);
    const all = serving.lines().filter(({ msg, name }) => msg === told['msg'] && name === 'specified');
    assert.equal(all.length, 1);
    const log = JSON.stringify(serving.lines());
    for (const value of [PASSWORD, ENCODED]) assert.ok(!log.includes(value));
  });

  it('has another Secret as soon as a file says something else', async () => {
    const name = /specified-[0-9a-f]{8}/;
    const before = name.exec(await patch())?.[0];
    await writeFile(join(folder, 'gadgets.yaml'), GADGETS.replace('first.', 'second.'));
    let now = before;
    while (now === before) now = name.exec(await patch())?.[0];
    assert.match(String(now), name);
  });
});
