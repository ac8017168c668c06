import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemTiming } from '../../kube/timing.ts';
import { KindNames } from './kind-names.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

describe('the kind behind a plural', () => {
  it('is asked for once, and told when it is known', async () => {
    let asked = 0;
    let learned = 0;
    const names = new KindNames({
      mapper: {
        resolvePlural: async ({ group, plural }) => {
          asked += 1;
          await nextTurn();
          return { group, plural, version: 'v1', kind: 'Worker', namespaced: true, verbs: [] };
        },
      },
      onLearned: () => (learned += 1),
      log,
      timing: systemTiming,
    });
    assert.equal(names.kindOf('example.com', 'workers'), undefined);
    assert.equal(names.kindOf('example.com', 'workers'), undefined);
    while (names.kindOf('example.com', 'workers') === undefined) await nextTurn();
    assert.equal(learned, 1);
    assert.equal(names.kindOf('example.com', 'workers'), 'Worker');
    assert.equal(asked, 1);
    names.stop();
  });

  it('is known at once where its definition is told', () => {
    let learned = 0;
    const names = new KindNames({
      mapper: { resolvePlural: async () => await Promise.resolve(undefined) },
      onLearned: () => (learned += 1),
      log,
      timing: systemTiming,
    });
    const definition = (plural: string, kind: string) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: { group: 'example.com', names: { plural, kind } },
    });
    assert.equal(names.kindOf('example.com', 'workers'), undefined);
    names.upsert(definition('databases', 'Database'));
    names.upsert({ ...definition('workers', 'Worker'), kind: 'Widget' });
    assert.equal(learned, 0, 'nobody has asked for them');
    names.upsert(definition('workers', 'Worker'));
    names.upsert(definition('workers', 'Worker'));
    assert.equal(learned, 1);
    assert.equal(names.kindOf('example.com', 'workers'), 'Worker');
    names.stop();
  });

  it('that nobody knows is asked for again, and again after a failure', async () => {
    const answers = [new Error('away'), undefined, 'Worker'];
    const names = new KindNames({
      mapper: {
        resolvePlural: async ({ group, plural }) => {
          const answer = answers.shift();
          if (answer instanceof Error) throw answer;
          return await Promise.resolve(
            answer === undefined
              ? undefined
              : { group, plural, version: 'v1', kind: answer, namespaced: true, verbs: [] },
          );
        },
      },
      onLearned: () => undefined,
      log,
      timing: { ...systemTiming, sleep: async () => await nextTurn() },
    });
    names.kindOf('example.com', 'workers');
    while (names.kindOf('example.com', 'workers') === undefined) await nextTurn();
    assert.equal(names.kindOf('example.com', 'workers'), 'Worker');
  });
});
