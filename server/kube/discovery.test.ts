import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../lib/api/json.ts';
import { pathOf, RestMapper } from './discovery.ts';
import { ApiError } from './errors.ts';
import { systemTiming } from './timing.ts';

const group = (preferred: string, ...versions: string[]): Json => ({
  preferredVersion: { version: preferred },
  versions: versions.map((version) => ({ version })),
});

const resources = (...kinds: string[]): Json => ({
  resources: kinds.flatMap((kind) => [
    { name: `${kind.toLowerCase()}s/status`, kind, namespaced: true, verbs: ['get'] },
    { name: `${kind.toLowerCase()}s`, kind, namespaced: kind !== 'Cluster', verbs: ['list', 'watch'] },
  ]),
});

const ANSWERS: Readonly<Record<string, Json>> = {
  '/api/v1': resources('Pod'),
  '/apis/db.io': group('v2', 'v2', 'v1'),
  '/apis/db.io/v2': resources('Database'),
  '/apis/db.io/v1': resources('Database', 'Cluster'),
};

class World {
  answers: Record<string, Json | ApiError> = { ...ANSWERS };
  readonly asked: string[] = [];
  now = 0;
  readonly mapper = new RestMapper({
    transport: {
      request: async (_method, path) => {
        this.asked.push(path);
        const answer = this.answers[path] ?? new ApiError({ status: 404, reason: '', message: 'not found' });
        if (answer instanceof ApiError) throw answer;
        return answer;
      },
    },
    timing: { ...systemTiming, now: () => this.now },
  });

  async find(kind: string, of = 'db.io', version?: string): Promise<string | undefined> {
    const found = await this.mapper.resolve({ group: of, kind }, { version });
    return found && pathOf(found);
  }
}

describe('the REST mapper', () => {
  it('takes the wanted version if it is served, else the preferred one, else any that has the kind', async () => {
    const world = new World();
    assert.equal(await world.find('Database', 'db.io', 'v1'), '/apis/db.io/v1/databases');
    assert.equal(await world.find('Database'), '/apis/db.io/v2/databases');
    assert.equal(await world.find('Database', 'db.io', 'v3'), '/apis/db.io/v2/databases');
    assert.equal(await world.find('Cluster', 'db.io', 'v2'), '/apis/db.io/v1/clusters');
    assert.equal(await world.find('Pod', ''), '/api/v1/pods');
    assert.deepEqual(await world.mapper.resolve({ group: 'db.io', kind: 'Cluster' }), {
      group: 'db.io',
      version: 'v1',
      kind: 'Cluster',
      plural: 'clusters',
      namespaced: false,
      verbs: ['list', 'watch'],
    });
    assert.deepEqual(new Set(world.asked).size, world.asked.length, 'each path is asked for once');
  });

  it('finds a plural as it finds a kind: in the wanted version if it is served', async () => {
    const world = new World();
    const find = async (plural: string, version?: string): Promise<string | undefined> => {
      const found = await world.mapper.resolvePlural({ group: 'db.io', plural }, { version });
      return found && pathOf(found);
    };
    assert.equal(await find('databases', 'v1'), '/apis/db.io/v1/databases');
    assert.equal(await find('databases'), '/apis/db.io/v2/databases');
    assert.equal(await find('databases', 'v3'), '/apis/db.io/v2/databases');
    assert.equal(await find('clusters', 'v2'), '/apis/db.io/v1/clusters');
  });

  it('asks nothing for a group that is none: it would become the path of a request with rights of Cleat', async () => {
    const world = new World();
    for (const group of [
      'db.io/v1/namespaces/vault/secrets/crown',
      'db.io%2fv1',
      '..',
      'db.io?watch=1',
      'DB',
    ])
      assert.equal(await world.find('Database', group), undefined);
    assert.deepEqual(world.asked, []);
  });

  it('remembers for a short while that there is no such kind', async () => {
    const world = new World();
    assert.equal(await world.find('Queue'), undefined);
    assert.equal(await world.find('Topic', 'mq.io'), undefined);
    const { length } = world.asked;
    world.answers = { ...ANSWERS, '/apis/db.io/v2': resources('Queue'), '/apis/mq.io': group('v1', 'v1') };
    world.answers['/apis/mq.io/v1'] = resources('Topic');
    world.now = 4_000;
    assert.deepEqual([await world.find('Queue'), await world.find('Topic', 'mq.io')], [undefined, undefined]);
    assert.equal(world.asked.length, length);
    const plural = async (): Promise<string | undefined> =>
      (await world.mapper.resolvePlural({ group: 'db.io', plural: 'queues' }))?.kind;
    assert.equal(await plural(), undefined);
    world.now = 6_000;
    assert.equal(await plural(), 'Queue');
    assert.equal(await world.find('Queue'), '/apis/db.io/v2/queues');
    assert.equal(await world.find('Topic', 'mq.io'), '/apis/mq.io/v1/topics');
  });

  it('asks again when it is told that its answer was wrong, but only once a second', async () => {
    const world = new World();
    await world.find('Database');
    world.answers = {};
    const gone = async (): Promise<boolean> =>
      (await world.mapper.resolve({ group: 'db.io', kind: 'Database' }, { fresh: true })) === undefined;
    world.now = 900;
    assert.equal(await gone(), false);
    world.now = 1_100;
    assert.equal(await gone(), true);
  });

  it('does not take a failure for an answer, and does not keep it', async () => {
    const world = new World();
    world.answers['/apis/db.io/v1'] = new ApiError({
      status: 503,
      reason: '',
      message: 'its server is down',
    });
    await assert.rejects(world.find('Database'), /its server is down/);
    world.answers = { ...ANSWERS, '/apis/db.io': { kind: 'Status' } };
    await assert.rejects(world.find('Database'), { failure: 'unreadable' });
    world.answers = { ...ANSWERS };
    assert.ok(await world.find('Database'));
  });

  it('shares one question among those who ask at the same time', async () => {
    const world = new World();
    await Promise.all([world.find('Database'), world.find('Cluster'), world.find('Database')]);
    assert.equal(world.asked.length, 3);
  });
});

describe('a path', () => {
  it('leads to one namespace or to all', () => {
    const widgets = { group: 'example.com', version: 'v1', plural: 'widgets' };
    assert.equal(pathOf(widgets, 'shop'), '/apis/example.com/v1/namespaces/shop/widgets');
    assert.equal(
      pathOf({ group: '', version: 'v1', plural: 'pods' }, 'shop'),
      '/api/v1/namespaces/shop/pods',
    );
  });
});
