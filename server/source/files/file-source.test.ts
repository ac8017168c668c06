import assert from 'node:assert/strict';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dig } from '../../../lib/api/json.ts';
import { aManifest, Scene, until } from './testkit/scene.ts';

const named = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ConfigMap shop/${name}`);

describe('a file source reads', () => {
  it('folders, several documents, Lists, and JSON; nothing hidden, nothing else', async () => {
    await using scene = await Scene.set({
      'a.yaml': `${aManifest('a')}---\n# empty\n---\n${aManifest('b')}`,
      'sub/list.yml': `kind: List\nitems:\n- ${aManifest('c').trimEnd().replaceAll('\n', '\n  ')}\n`,
      'sub/d.json': '{"kind":"ConfigMap","metadata":{"name":"d","namespace":"shop"}}',
      '.hidden.yaml': 'a: [',
      '.git/config.yaml': 'a: [',
      'README.md': 'a: [',
    });
    const source = await scene.open();
    await scene.untilObjects(...named('a', 'b', 'c', 'd'));
    assert.equal(source.ready(), true);
    assert.equal(source.detail(), '4 objects from 3 files');
    assert.deepEqual(source.states(), [{ kind: 'files', phase: 'watching', synced: true }]);
    assert.deepEqual(scene.logged, []);
  });

  it('a file as it is named, whatever its name', async () => {
    await using scene = await Scene.set({ 'manifest.txt': aManifest('a'), 'other.yaml': aManifest('b') });
    await scene.open(['manifest.txt']);
    await scene.untilObjects(...named('a'));
  });

  it('what the files leave out: namespace, uid and generation', async () => {
    await using scene = await Scene.set({
      'a.yaml': 'kind: ConfigMap\nmetadata: {name: a}\n---\nkind: Nameless\n',
    });
    await scene.open();
    await scene.untilObjects('ConfigMap default/a');
    const metadata = dig(scene.objects.get('ConfigMap default/a'), 'metadata');
    assert.deepEqual([dig(metadata, 'namespace'), dig(metadata, 'generation')], ['default', 1]);
    assert.match(String(dig(metadata, 'uid')), /^[0-9a-f-]{36}$/);
  });

  it('a folder that contains itself', async () => {
    await using scene = await Scene.set({ 'sub/a.yaml': aManifest('a') });
    await symlink('..', scene.path('sub/up'));
    await symlink('.', scene.path('sub/here'));
    const source = await scene.open();
    assert.equal(source.detail(), '1 objects from 1 files');
  });
});

describe('a file source sees', () => {
  it('what changes, comes and goes, and passes on nothing else', async () => {
    await using scene = await Scene.set({ 'a.yaml': `${aManifest('a')}---\n${aManifest('b')}` });
    await scene.open();
    await scene.write({ 'a.yaml': `${aManifest('a')}---\n${aManifest('b', 'changed')}` });
    await until('the change', () => scene.story.length === 3);
    await scene.write({ 'c/c.yaml': aManifest('c') });
    await scene.untilObjects(...named('a', 'b', 'c'));
    await rm(scene.path('c'), { recursive: true });
    await scene.untilObjects(...named('a', 'b'));
    await scene.write({ 'a.yaml': aManifest('b', 'changed') });
    await scene.untilObjects(...named('b'));
    await scene.looks();
    const told = ['+ a', '+ b', '+ b', '+ c', '- c', '- a'];
    assert.deepEqual(
      scene.story,
      told.map((line) => line.replace(' ', ' ConfigMap shop/')),
    );
  });

  it('an object that moves to another file, which is no change', async () => {
    await using scene = await Scene.set({ 'a.yaml': `${aManifest('a')}---\n${aManifest('b')}` });
    const source = await scene.open();
    await scene.write({ 'b.yaml': aManifest('b') });
    await scene.untilLogged(/stands twice/);
    await scene.write({ 'a.yaml': aManifest('a') });
    const identity = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'b' };
    await until('the place', () => source.placeOf(identity, '') === `${scene.path('b.yaml')}:1:1`);
    assert.deepEqual(scene.story, ['+ ConfigMap shop/a', '+ ConfigMap shop/b']);
  });

  it('a volume that the kubelet swaps', async () => {
    await using scene = await Scene.set({ '..1/a.yaml': aManifest('a'), '..2/a.yaml': aManifest('b') });
    await symlink('..1', scene.path('..data'));
    await symlink('..data/a.yaml', scene.path('a.yaml'));
    await scene.open();
    await scene.untilObjects(...named('a'));
    await symlink('..2', scene.path('..tmp'));
    await rename(scene.path('..tmp'), scene.path('..data'));
    await rm(scene.path('..1'), { recursive: true });
    await scene.untilObjects(...named('b'));
  });

  it('a file that an editor replaces', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    await scene.open(['a.yaml']);
    for (const name of ['b', 'c']) {
      await scene.write({ '.a.yaml.swp': aManifest(name) });
      await rename(scene.path('.a.yaml.swp'), scene.path('a.yaml'));
      await scene.untilObjects(...named(name));
    }
    assert.deepEqual(scene.logged, []);
  });
});

describe('of an object that stands twice the last one counts', () => {
  it('with one warning, until that changes', async () => {
    await using scene = await Scene.set({
      'a.yaml': aManifest('x', 'first'),
      'b.yaml': aManifest('x', 'last'),
    });
    await scene.open();
    assert.equal(dig(scene.objects.get('ConfigMap shop/x'), 'data', 'key'), 'last');
    await scene.write({ 'c.yaml': aManifest('c') });
    await scene.untilObjects(...named('c', 'x'));
    const warning =
      'warn an object stands twice: the last one counts {"kind":"ConfigMap","namespace":"shop","name":"x","kept":"b.yaml:1:1","ignored":"a.yaml:1:1"}';
    assert.deepEqual(scene.logged, [warning]);
    await rm(scene.path('b.yaml'));
    await until('the first one', () => dig(scene.objects.get('ConfigMap shop/x'), 'data', 'key') === 'first');
    assert.deepEqual(scene.story.slice(-1), ['+ ConfigMap shop/x']);
  });
});

it('places fields of objects, and the nearest thing around those that are not there', async () => {
  await using scene = await Scene.set({
    'a.yaml': `# lead\n---\nkind: Other\nmetadata: {name: o}\n---\n${aManifest('a')}`,
  });
  const source = await scene.open();
  const identity = { group: '', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
  const placeOf = (field: string): string | undefined =>
    source.placeOf(identity, field)?.replace(`${scene.path('a.yaml')}:`, '');
  assert.deepEqual(['', 'data.key', 'metadata.name', 'metadata.labels[a]', 'spec.env[2].name'].map(placeOf), [
    '6:1',
    '11:8',
    '9:3',
    '8:1',
    '6:1',
  ]);
  assert.equal(source.placeOf({ ...identity, name: 'b' }, ''), undefined);
});

it('passes nothing on, and keeps nothing running, once it is stopped', async () => {
  await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
  await sleep(1);
  const before = process.getActiveResourcesInfo();
  const source = await scene.open();
  await scene.write({ 'b.yaml': aManifest('b') });
  await source.stop();
  const told = scene.story.length;
  await scene.write({ 'c.yaml': aManifest('c') });
  await scene.looks();
  assert.equal(scene.story.length, told);
  await sleep(1);
  const kept = process.getActiveResourcesInfo().filter((name) => /Timeout|FSEvent|FSReq/.test(name));
  assert.deepEqual(
    kept,
    before.filter((name) => /Timeout|FSEvent|FSReq/.test(name)),
  );
});

it('reads an empty folder, and what comes into it', async () => {
  await using scene = await Scene.set();
  await mkdir(scene.path('empty'));
  const source = await scene.open(['empty']);
  assert.deepEqual([source.ready(), source.detail()], [true, '0 objects from 0 files']);
  await scene.write({ 'empty/a.yaml': aManifest('a') });
  await scene.untilObjects(...named('a'));
});
