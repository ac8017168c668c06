import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { Store } from '../../../lib/store/store.ts';
import { FileSource } from './file-source.ts';
import { aManifest, Scene, until } from './testkit/scene.ts';

const named = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ConfigMap shop/${name}`);
const BROKEN = 'kind: Secret\nstringData: {password: hunter2\n---\n';

describe('at the start', () => {
  const cases: Readonly<
    Record<string, { files: Readonly<Record<string, string>>; paths: string[]; says: RegExp }>
  > = {
    'a path that is not there is an error': {
      files: {},
      paths: ['nothing.yaml'],
      says: /^<>nothing\.yaml: there is no such file or folder$/,
    },
    'a file that cannot be read is an error with its place': {
      files: { 'sub/bad.yaml': `${aManifest('a')}---\n${BROKEN}`, 'fine.yaml': aManifest('b') },
      paths: [''],
      says: /^<>sub\/bad\.yaml:\d+:\d+: /,
    },
    'all of them are told at once': {
      files: { 'a.yaml': '- 1\n', 'b.json': '{' },
      paths: ['', 'nothing'],
      says: /^<>nothing: .*\n<>a\.yaml:1:1: .*\n<>b\.json:\d+:\d+: /,
    },
  };
  for (const [name, { files, paths, says }] of Object.entries(cases)) {
    it(name, async () => {
      await using scene = await Scene.set(files);
      await assert.rejects(scene.open(paths), (error: Error) => {
        assert.match(error.message.replaceAll(`${scene.folder}/`, '<>'), says);
        assert.ok(!error.message.includes('hunter2'));
        return true;
      });
      assert.deepEqual(scene.logged, []);
    });
  }
});

describe('a file that breaks', () => {
  it('keeps its last good state, is told once with its place, and heals', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a'), 'b.yaml': aManifest('b') });
    const source = await scene.open();
    await scene.write({ 'a.yaml': `${aManifest('changed')}---\n${BROKEN}` });
    await scene.untilLogged(/last good state/);
    await scene.looks();
    assert.equal(scene.logged.length, 1);
    assert.match(
      scene.logged[0] ?? '',
      /^error the last good state is kept \{"place":"a\.yaml:\d+:\d+","reason":"/,
    );
    assert.match(source.detail(), /^the last good state is kept: .*a\.yaml:\d+:\d+: /);
    assert.deepEqual(source.states(), [{ kind: 'files', phase: 'retrying', synced: true }]);
    assert.equal(source.ready(), true);

    await scene.write({ 'b.yaml': aManifest('c') });
    await scene.untilObjects(...named('a', 'c'));
    await scene.write({ 'a.yaml': aManifest('healed') });
    await scene.untilObjects(...named('c', 'healed'));
    assert.deepEqual(scene.logged.slice(1), ['info the newest state is used again {"path":"a.yaml"}']);
    assert.equal(source.detail(), '2 objects from 2 files');
    assert.ok(!scene.logged.join('\n').includes('hunter2'));
  });

  it('is told again when something else is wrong with it', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    await scene.open();
    await scene.write({ 'a.yaml': 'kind: [\n' });
    await until('the first', () => scene.logged.length === 1);
    await scene.write({ 'a.yaml': '- 1\n' });
    await until('the second', () => scene.logged.length === 2);
    await scene.untilObjects(...named('a'));
  });

  it('and then goes is forgotten', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a'), 'b.yaml': aManifest('b') });
    const source = await scene.open();
    await writeFile(scene.path('a.yaml'), Buffer.from([0xff, 0xfe]));
    await scene.untilLogged(/it is not UTF-8/);
    await rm(scene.path('a.yaml'));
    await scene.untilObjects(...named('b'));
    assert.equal(source.detail(), '1 objects from 1 files');
  });

  it('and was never good holds nothing', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    await scene.open();
    await scene.write({ 'b.yaml': BROKEN });
    await scene.untilLogged(/b\.yaml:/);
    await scene.untilObjects(...named('a'));
    await scene.write({ 'b.yaml': aManifest('b') });
    await scene.untilObjects(...named('a', 'b'));
  });
});

describe('a path that disappears', () => {
  it('keeps what it held, and comes back', async () => {
    await using scene = await Scene.set({ 'a/a.yaml': aManifest('a'), 'b.yaml': aManifest('b') });
    const source = await scene.open(['a', 'b.yaml']);
    await rename(scene.path('a'), scene.path('aside'));
    await scene.untilLogged(/there is no such file/);
    await scene.looks();
    assert.deepEqual(scene.logged, [
      'error the last good state is kept {"place":"a","reason":"there is no such file or folder"}',
    ]);
    await scene.untilObjects(...named('a', 'b'));
    assert.equal(source.ready(), true);

    await scene.write({ 'b.yaml': aManifest('c') });
    await scene.untilObjects(...named('a', 'c'));
    await scene.write({ 'a/a.yaml': aManifest('back') });
    await scene.untilObjects(...named('back', 'c'));
    assert.equal(source.detail(), '2 objects from 2 files');
  });
});

it('what kubectl reads otherwise than it looks is told with its place, once', async () => {
  await using scene = await Scene.set({ 'a.yaml': aManifest('a', 'on') });
  await scene.open();
  await scene.looks();
  assert.equal(scene.logged.length, 1);
  assert.match(
    scene.logged[0] ?? '',
    /^warn kubectl may read this otherwise \{"place":"a\.yaml:6:13","reason":"/,
  );
});

it('a binding that cannot be used has the place of its field, already when it is passed on', async () => {
  const binding = (version: string): string =>
    `apiVersion: servicebinding.io/${version}\nkind: ServiceBinding\nmetadata: {name: db, namespace: shop}\nspec:\n  service: {apiVersion: v1, kind: Secret, name: s}\n  workload:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: orders\n`;
  await using scene = await Scene.set({ 'a.yaml': binding('v1') });
  const places: (string | undefined)[] = [];
  const holder: { source?: FileSource } = {};
  const sink = new Store({
    closedWorld: true,
    onInvalid: (identity, errors) =>
      void places.push(...errors.map(({ path }) => holder.source?.placeOf(identity, path))),
  });
  holder.source = await FileSource.open({ paths: [scene.folder], sink, log: scene.log, pollMs: 10 });
  await scene.write({ 'a.yaml': `${binding('v1')}    selector: {}\n` });
  await until('the place', () => places.length > 0);
  assert.deepEqual(places, [`${scene.path('a.yaml')}:10:5`]);
  await holder.source.stop();
});
