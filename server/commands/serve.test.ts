import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, type JsonObject } from '../../lib/api/json.ts';
import { aDeployment, aReview } from '../../lib/testkit/builders.ts';
import { BINDING, ENCODED, PASSWORD, SECRET } from './testkit/manifests.ts';
import { aFolder } from './testkit/folder.ts';
import { Serving } from './testkit/serving.ts';

const ANY_PORTS = ['--port', '0', '--ops-port', '0'];

function patchedBy(body: string, object: JsonObject): JsonObject {
  const patch = dig(JSON.parse(body) as JsonObject, 'response', 'patch');
  assert.equal(typeof patch, 'string', body);
  const operations = JSON.parse(Buffer.from(String(patch), 'base64').toString('utf8')) as Operation[];
  return jsonPatch.applyPatch(structuredClone<JsonObject>(object), operations, true).newDocument;
}

describe('cleat serve, from files', () => {
  let resources = '';
  let certificates = '';
  let serving: Serving;
  before(async () => {
    resources = await aFolder({
      'world.yaml': `${SECRET}---\n${BINDING}`,
      'broken.yaml': BINDING.replace('name: db,', 'name: broken,').replace('name: orders}', 'name: 1}'),
    });
    certificates = await aFolder();
    serving = new Serving(
      ['--resources', resources, '--drain', '30s', '--log-level', 'debug', ...ANY_PORTS],
      certificates,
    );
    await serving.line('serving');
  });

  it('says where it listens, and writes certificates where there are none', async () => {
    const { url, opsUrl } = await serving.line('serving');
    assert.match(String(url), /^https:\/\/127\.0\.0\.1:[1-9]\d+$/);
    assert.match(String(opsUrl), /^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
    const names = await readdir(certificates);
    for (const name of ['ca.crt', 'tls.crt', 'tls.key']) assert.ok(names.includes(name), name);
  });

  it('is live and ready', async () => {
    assert.deepEqual((await serving.get('/livez')).body, 'ok\n');
    const { status, body } = await serving.get('/readyz');
    assert.equal(status, 200);
    assert.match(
      body,
      /^\[\+\] caches: 3 objects from 2 files\n\[\+\] certificate: valid until .*\n\[\+\] listening\n\[\+\] staying\nready\n$/,
    );
    assert.equal((await serving.get('/nothing')).status, 404);
  });

  it('SB-50: binds a workload, over TLS that its own authority vouches for', async () => {
    const deployment = aDeployment();
    const { status, body } = await serving.post('/mutate', aReview(deployment));
    assert.equal(status, 200);
    const containers = dig(patchedBy(body, deployment), 'spec', 'template', 'spec', 'containers');
    assert.match(JSON.stringify(containers), /"mountPath":"\/bindings\/db"/);
  });

  it('logs one line for each decision, with its reason', async () => {
    await serving.post('/mutate', aReview(aDeployment({ metadata: { name: 'unbound' } })));
    const line = await serving.line('review answered', { name: 'unbound' });
    assert.equal(line['reason'], 'no binding targets it');
    assert.equal(line['outcome'], 'allowed');
    const bound = await serving.line('review answered', { name: 'orders' });
    assert.deepEqual([bound['reason'], bound['outcome']], ['project db', 'patched']);
  });

  it('says which binding cannot be used, and where it is written', async () => {
    const line = await serving.line('object cannot be used', { name: 'broken' });
    assert.equal(line['field'], 'spec.workload.name');
    assert.equal(line['reason'], 'must be a string, not a number');
    assert.equal(line['place'], `${join(resources, 'broken.yaml')}:7:53`);
  });

  it('sees a file that changes', async () => {
    await writeFile(join(resources, 'more.yaml'), BINDING.replace('name: db,', 'name: late,'));
    const deployment = aDeployment();
    for (let text = ''; !text.includes('/bindings/late');) {
      const { body } = await serving.post('/mutate', aReview(deployment));
      text = JSON.stringify(patchedBy(body, deployment));
    }
  });

  it('measures itself', async () => {
    const { status, body } = await serving.get('/metrics');
    assert.equal(status, 200);
    for (const line of [
      /^cleat_admission_requests_total\{webhook="mutate",outcome="patched"\} [1-9]/m,
      /^cleat_admission_requests_total\{webhook="mutate",outcome="allowed"\} 1$/m,
      /^cleat_admission_duration_seconds_bucket\{le="0\.001",webhook="mutate",outcome="patched"\} \d/m,
      /^cleat_cached_objects\{kind="ServiceBinding"\} 3$/m,
      /^cleat_cached_objects\{kind="\/Secret"\} 1$/m,
      /^cleat_cache_synced\{kind="files",phase="watching"\} 1$/m,
      /^cleat_invalid_objects_total\{what="ServiceBinding"\} 1$/m,
      /^cleat_ready 1$/m,
      /^cleat_certificate_expiry_seconds \d{10}/m,
      /^cleat_certificate_problem 0$/m,
      /^process_cpu_seconds_total /m,
      /^process_resident_memory_bytes /m,
    ])
      assert.match(body, line);
  });

  it('after SIGTERM is unready at once, still answers, and closes connections', async () => {
    serving.child.kill('SIGTERM');
    await serving.line('draining');
    const ready = await serving.get('/readyz');
    assert.equal(ready.status, 503);
    assert.match(ready.body, /\[-\] staying: draining before exit\nnot ready\n$/);
    assert.equal((await serving.get('/livez')).status, 200);
    const { status, headers, body } = await serving.post('/mutate', aReview(aDeployment()));
    assert.equal(status, 200);
    assert.equal(headers.connection, 'close');
    assert.match(body, /"patch":/);
  });

  it('ends at once after a second signal', async () => {
    serving.child.kill('SIGINT');
    assert.equal(await serving.exit(), 0);
    assert.ok(!serving.lines().some(({ msg }) => msg === 'stopped'));
  });

  it('printed nothing, and no Secret in its log', () => {
    assert.equal(serving.stdout, '');
    assert.ok(serving.lines().length > 5);
    assert.ok(!serving.stderr.includes(PASSWORD) && !serving.stderr.includes(ENCODED));
  });
});
