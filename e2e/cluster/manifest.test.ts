import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseManifest, readManifests } from './manifest.ts';

test('documents are read in order, lists taken apart, empty documents left out', () => {
  const text = `# a comment alone
---
kind: Namespace
---
apiVersion: v1
kind: List
items: [{ kind: Pod }, { kind: Secret }]
---
`;
  assert.deepEqual(
    parseManifest(text).map((object) => object['kind']),
    ['Namespace', 'Pod', 'Secret'],
  );
});

test('what is no YAML or no object is an error that names the document', () => {
  assert.throws(() => parseManifest('kind: Pod\n---\n{', 'a.yaml'), /^Error: a\.yaml, document 2: /);
  assert.throws(() => parseManifest('- kind: Pod', 'a.yaml'), {
    message: 'a.yaml, document 1: not a Kubernetes object',
  });
});

test('a folder is read with its sub-folders by name, without kustomizations and other files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cleat-manifest-'));
  t.after(async () => await rm(folder, { recursive: true }));
  await mkdir(join(folder, 'crds'));
  await writeFile(join(folder, 'crds/a.yml'), 'kind: First');
  await writeFile(join(folder, 'deployment.yaml'), 'kind: Second');
  await writeFile(join(folder, 'service.json'), '{"kind":"Third"}');
  await writeFile(join(folder, 'kustomization.yaml'), 'kind: Kustomization');
  await writeFile(join(folder, 'README.md'), 'kind: Nothing');
  assert.deepEqual(await readManifests(folder, join(folder, 'crds/a.yml')), [
    { kind: 'First' },
    { kind: 'Second' },
    { kind: 'Third' },
    { kind: 'First' },
  ]);
});
