import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs, { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rename, rm, symlink } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { describe, it, mock } from 'node:test';
import { FileSource } from './file-source.ts';
import { aManifest, NO_POLL_MS, Scene, until } from './testkit/scene.ts';
import { concerns, type Listing, listManifests } from './read.ts';
import { Watchers } from './watchers.ts';

const named = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `ConfigMap shop/${name}`);

describe('events tell', () => {
  it('what happens in folders that came later, however deep', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    await scene.open([''], NO_POLL_MS);
    await scene.write({ 'sub/deep/b.yaml': aManifest('b') });
    await scene.untilObjects(...named('a', 'b'));
    await scene.write({ 'sub/deep/b.yaml': aManifest('c') });
    await scene.untilObjects(...named('a', 'c'));
    await scene.write({ 'sub/d.yaml': aManifest('d') });
    await scene.untilObjects(...named('a', 'c', 'd'));
    await rm(scene.path('sub'), { recursive: true });
    await scene.untilObjects(...named('a'));
    assert.deepEqual(scene.logged, []);
  });

  const replacements: Readonly<Record<string, (folder: string, aside: string) => void>> = {
    'moved aside': (folder, aside) => renameSync(folder, aside),
    removed: (folder) => rmSync(folder, { recursive: true }),
  };
  for (const [how, remove] of Object.entries(replacements)) {
    it(`what happens in a folder that takes the place of one that is ${how}`, async () => {
      await using scene = await Scene.set({ 'sub/a.yaml': aManifest('a') });
      await scene.open([''], NO_POLL_MS);
      for (const round of ['1', '2', '3', '4']) {
        // At once, so that no look falls between, and the new folder may get the number of the old one.
        remove(scene.path('sub'), scene.path(`.${round}`));
        mkdirSync(scene.path('sub'));
        writeFileSync(scene.path('sub/a.yaml'), aManifest(`new${round}`));
        await scene.untilObjects(...named(`new${round}`));
        await scene.write({ 'sub/a.yaml': aManifest(`changed${round}`) });
        await scene.untilObjects(...named(`changed${round}`));
      }
      assert.deepEqual(scene.logged, []);
    });
  }

  it('that a file is replaced by another, is written in place, goes and comes back', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    await scene.open(['a.yaml'], NO_POLL_MS);
    for (const name of ['b', 'c']) {
      await scene.write({ '.swp': aManifest(name) });
      await rename(scene.path('.swp'), scene.path('a.yaml'));
      await scene.untilObjects(...named(name));
    }
    await scene.write({ 'a.yaml': aManifest('d') });
    await scene.untilObjects(...named('d'));
    await rm(scene.path('a.yaml'));
    await scene.untilLogged(/last good state/);
    await scene.write({ 'a.yaml': aManifest('e') });
    await scene.untilObjects(...named('e'));
  });

  it('nothing of what comes between the listing and the watching, which is found nevertheless', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    const { sink, log } = scene;
    const prepare = async (): Promise<void> => await scene.write({ 'b.yaml': aManifest('b') });
    const paths = [scene.folder];
    const source = await FileSource.open({ paths, sink, log, prepare, pollMs: NO_POLL_MS });
    await scene.untilObjects(...named('a', 'b'));
    await source.stop();
  });

  it('that a volume is swapped', async () => {
    await using scene = await Scene.set({ '..1/a.yaml': aManifest('a'), '..2/a.yaml': aManifest('b') });
    await symlink('..1', scene.path('..data'));
    await symlink('..data/a.yaml', scene.path('a.yaml'));
    await scene.open([''], NO_POLL_MS);
    await symlink('..2', scene.path('..tmp'));
    await rename(scene.path('..tmp'), scene.path('..data'));
    await scene.untilObjects(...named('b'));
  });
});

describe('a link that leads to itself', () => {
  it('is told of, and nothing else is kept from being noticed', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    const source = await scene.open([''], NO_POLL_MS);
    await symlink('loop', scene.path('loop'));
    await scene.untilLogged(/"loop"/);
    mkdirSync(scene.path('sub'));
    symlinkSync('self.yaml', scene.path('sub/self.yaml'));
    await scene.untilLogged(/"sub\/self\.yaml"/);
    await scene.write({ 'a.yaml': aManifest('b'), 'sub/c.yaml': aManifest('c') });
    await scene.untilObjects(...named('b', 'c'));
    await scene.write({ 'sub/c.yaml': aManifest('d') });
    await scene.untilObjects(...named('b', 'd'));
    const reason = '"reason":"its symbolic links lead in a circle"';
    assert.deepEqual(scene.logged, [
      `error the last good state is kept {"place":"loop",${reason}}`,
      `error the last good state is kept {"place":"sub/self.yaml",${reason}}`,
    ]);
    await rm(scene.path('loop'));
    await rm(scene.path('sub/self.yaml'));
    await until('no problem', () => source.detail() === '2 objects from 2 files');
  });

  it('keeps what was below a folder whose place it takes, until that is back', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a'), 'sub/deep/b.yaml': aManifest('b') });
    const source = await scene.open([''], NO_POLL_MS);
    renameSync(scene.path('sub'), scene.path('.aside'));
    symlinkSync('sub', scene.path('sub'));
    await scene.untilLogged(/"sub"/);
    await scene.write({ 'a.yaml': aManifest('c') });
    await scene.untilObjects(...named('b', 'c'));
    assert.match(source.detail(), /^the last good state is kept: [^;]*sub: [^;]*$/);
    rmSync(scene.path('sub'));
    renameSync(scene.path('.aside'), scene.path('sub'));
    await scene.untilLogged(/newest state is used again \{"path":"sub"\}/);
    await scene.write({ 'sub/deep/b.yaml': aManifest('d') });
    await scene.untilObjects(...named('c', 'd'));
    assert.equal(scene.logged.length, 2);
  });

  it('keeps what was at a path whose place it takes', async () => {
    await using scene = await Scene.set({ 'sub/a.yaml': aManifest('a'), 'b.yaml': aManifest('b') });
    await scene.open(['sub', 'b.yaml']);
    renameSync(scene.path('sub'), scene.path('aside'));
    symlinkSync('sub', scene.path('sub'));
    await scene.untilLogged(/lead in a circle/);
    await scene.write({ 'b.yaml': aManifest('c') });
    await scene.untilObjects(...named('a', 'c'));
  });

  it('is an error at the start', async () => {
    await using scene = await Scene.set({ 'a.yaml': aManifest('a') });
    await symlink('loop', scene.path('loop'));
    await assert.rejects(scene.open(), /loop: its symbolic links lead in a circle$/);
  });
});

it('of a folder that only one file of is named, nothing but that file and what is hidden is of concern', async () => {
  await using scene = await Scene.set({ 'a.yaml': aManifest('a'), 'all/b.yaml': aManifest('b') });
  const paths = [scene.path('a.yaml'), scene.path('all')];
  const listings = new Map<string, Listing>();
  for (const path of paths) listings.set(path, await listManifests(path));
  const concerned = (folder: string, name: string | null): boolean => concerns(listings, folder, name);
  for (const name of ['a.yaml', '..data', null]) assert.equal(concerned(scene.folder, name), true);
  assert.equal(concerned(scene.folder, 'other.yaml'), false);
  assert.equal(concerned(scene.path('all'), 'other.yaml'), true);
});

it('a folder is opened once, until another one is in its place', async () => {
  await using scene = await Scene.set();
  const watchers = new Watchers(scene.log, () => {});
  const set = (identity: string): boolean => watchers.set(new Map([[scene.folder, identity]]));
  assert.deepEqual([set('1'), set('1'), set('2'), set('2')], [true, false, true, false]);
  watchers.close();
});

describe('a folder without events', () => {
  it('is told of once as long as it is there, and tried again each time', async () => {
    await using scene = await Scene.set({ 'sub/a.yaml': aManifest('a') });
    await symlink('loop', scene.path('loop'));
    const watchers = new Watchers(scene.log, () => {});
    const folders = new Map([[scene.path('loop'), '1']]);
    assert.deepEqual([watchers.set(folders), watchers.set(folders)], [false, false]);
    assert.equal(scene.logged.length, 1);
    assert.match(scene.logged[0] ?? '', /^warn no file events, polling \{"place":"loop"/);
    assert.deepEqual([watchers.set(new Map()), watchers.set(folders)], [false, false]);
    assert.equal(scene.logged.length, 2);
    assert.equal(watchers.set(new Map([[scene.path('gone'), '1']])), false);
    assert.equal(scene.logged.length, 2);
    watchers.close();
  });

  it('since they ended is told of once, and watched again', async () => {
    await using scene = await Scene.set();
    const opened: EventEmitter[] = [];
    const watch = mock.method(fs, 'watch', () => {
      const watcher = Object.assign(new EventEmitter(), { close: () => {} });
      opened.push(watcher);
      return watcher;
    });
    syncBuiltinESMExports();
    const watchers = new Watchers(scene.log, () => {});
    const folders = new Map([[scene.folder, '1']]);
    for (const count of [1, 2, 3]) {
      assert.deepEqual([watchers.set(folders), watchers.set(folders)], [true, false]);
      assert.equal(opened.length, count);
      opened.at(-1)?.emit('error', new Error('too much'));
    }
    assert.deepEqual(scene.logged, ['warn file events ended, polling {"place":".","reason":"too much"}']);
    watch.mock.restore();
    syncBuiltinESMExports();
  });
});
