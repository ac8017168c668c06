import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../../lib/api/json.ts';
import type { SourceState } from '../../../lib/generate/generation.ts';
import { ServiceVersions } from './service-versions.ts';

const found = (...names: readonly string[]): SourceState => ({
  state: 'found',
  objects: names.map((name): JsonObject => ({ spec: { customresourcedefinitions: { owned: [{ name }] } } })),
});

/** A namespace whose ClusterServiceVersions can be listed. */
class World {
  watch: number | undefined = 1;
  lists = 0;
  readonly versions = new ServiceVersions(() => this.watch);

  /** The names of the kinds that they own, or why they are not known. */
  async read(answer: SourceState | Error | Promise<SourceState>, namespace = 'shop'): Promise<string> {
    const state = await this.versions.of(namespace, async () => {
      this.lists += 1;
      if (answer instanceof Error) throw answer;
      return await answer;
    });
    if (state.state !== 'found') return state.state;
    return (
      JSON.stringify(state.objects)
        .match(/(?<="name":")[^"]*/g)
        ?.join() ?? ''
    );
  }
}

describe('the ClusterServiceVersions of a namespace', () => {
  it('are listed once while they are watched, also for those who ask at the same time', async () => {
    const world = new World();
    assert.deepEqual(await Promise.all([world.read(found('a')), world.read(found('b'))]), ['a', 'a']);
    assert.equal(await world.read(found('c')), 'a');
    assert.equal(await world.read(found('d'), 'mall'), 'd');
    assert.equal(world.lists, 2);
  });

  it('are listed each time while they are not', async () => {
    const world = new World();
    world.watch = undefined;
    assert.equal(await world.read(found('a')), 'a');
    assert.equal(await world.read(found('b')), 'b');
    world.watch = 1;
    assert.equal(await world.read(found('c')), 'c', 'nobody has told what changed before');
  });

  it('are listed anew once one of them has changed, also while they were being listed', async () => {
    const world = new World();
    await world.read(found('a'));
    world.versions.changed('shop');
    const { promise, resolve } = Promise.withResolvers<SourceState>();
    const old = world.read(promise);
    world.versions.changed('shop');
    assert.equal(await world.read(found('new')), 'new');
    resolve(found('old'));
    assert.equal(await old, 'old', 'it hears of the change as everybody does');
    assert.equal(await world.read(found('newer')), 'new');
  });

  it('are listed anew by another watch, which has not seen what went before it', async () => {
    const world = new World();
    assert.equal(await world.read(found('a')), 'a');
    world.watch = undefined;
    world.watch = 2;
    assert.equal(await world.read(found()), '');
    assert.equal(await world.read(found('b')), '');
  });

  it('are asked for again after a refusal or a failure', async () => {
    const world = new World();
    assert.equal(await world.read({ state: 'denied', message: 'no right' }), 'denied');
    await assert.rejects(world.read(new Error('away')), /away/);
    assert.equal(await world.read(found('a')), 'a');
  });

  it('are forgotten with all else', async () => {
    const world = new World();
    await world.read(found('a'));
    world.versions.clear();
    assert.equal(await world.read(found('b')), 'b');
  });
});
