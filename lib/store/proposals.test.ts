import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../api/json.ts';
import { type GroupVersionKind, SERVICE_BINDING } from '../api/kinds.ts';
import type { ObjectIdentity } from '../api/sink.ts';
import { aServiceBinding, merge } from '../testkit/builders.ts';
import { Store } from './store.ts';

const NAME: ObjectIdentity = { ...SERVICE_BINDING, namespace: 'shop', name: 'db' };
const UIDS = ['a', 'b'] as const;
const GENERATIONS = [1, 2, 3] as const;

const to = (name: string) => ({
  group: 'apps',
  kind: 'Deployment',
  namespace: 'shop',
  name,
  labels: new Map<string, string>(),
});

/** A state of shop/db: its workload is named after uid and generation, and so is the kind of its service. */
function state(uid: string, generation: number, more: JsonObject = {}): JsonObject {
  return aServiceBinding(
    merge(
      {
        metadata: { uid, generation },
        spec: {
          service: { apiVersion: 'example.com/v1', kind: `${uid}${generation}` },
          workload: { name: `${uid}${generation}` },
        },
      },
      more,
    ),
  );
}

const deleting = { metadata: { deletionTimestamp: '2026-03-03T00:00:00Z' } };
const invalid = { spec: { service: null } };

/** What look-ups find; every way to find it has to agree. */
function found(store: Store): string {
  const states = UIDS.flatMap((uid) => GENERATIONS.map((generation) => `${uid}${generation}`));
  const targets = states.filter((name) => store.bindingsFor(to(name)).length > 0);
  const uids = UIDS.filter((uid) => store.bindingByUid(uid) !== undefined);
  assert.deepEqual(
    uids,
    targets.map((name) => name.slice(0, 1)),
  );
  assert.ok(targets.length <= 1, `two states at once: ${targets.join()}`);
  const asService = { ...SERVICE_BINDING, version: 'v1', namespace: 'shop', name: 'db' };
  assert.equal(store.service(asService).known, targets.length > 0);
  return targets[0] ?? (store.invalidBinding(SERVICE_BINDING, 'shop', 'db') === undefined ? '' : 'invalid');
}

type Step = (store: Store, proposals: (() => void)[]) => void;

const watch =
  (uid: string, generation: number, more: JsonObject = {}): Step =>
  (store) =>
    store.upsert(state(uid, generation, more));
const gone: Step = (store) => store.remove(NAME);
const propose =
  (uid: string, generation: number, more: JsonObject = {}): Step =>
  (store, proposals) =>
    void proposals.push(store.propose(state(uid, generation, more)));
/** The n-th proposal ends. */
const end =
  (index = 0): Step =>
  (_store, proposals) =>
    proposals[index]?.();

describe('a proposed ServiceBinding', () => {
  const cases: Readonly<Record<string, readonly (readonly [Step, found: string])[]>> = {
    'is found at once, and no longer once it is withdrawn': [
      [propose('a', 1), 'a1'],
      [end(), ''],
      [end(), ''],
    ],
    'stays when its watch event comes, also after its end': [
      [propose('a', 1), 'a1'],
      [watch('a', 1), 'a1'],
      [end(), 'a1'],
    ],
    'gives way to a later state': [
      [propose('a', 1), 'a1'],
      [watch('a', 2), 'a2'],
      [end(), 'a2'],
    ],
    'takes the place of what it changes, which comes back if it is never stored': [
      [watch('a', 1), 'a1'],
      [propose('a', 2), 'a2'],
      [end(), 'a1'],
    ],
    'outlives an older change that is still under way, which is what comes back': [
      [watch('a', 1), 'a1'],
      [propose('a', 3), 'a3'],
      [watch('a', 2), 'a3'],
      [end(), 'a2'],
    ],
    'outlives an older change of an object that was not known': [
      [propose('a', 2), 'a2'],
      [watch('a', 1), 'a2'],
      [watch('a', 2), 'a2'],
      [end(), 'a2'],
    ],
    'does nothing when the watch was faster': [
      [watch('a', 2), 'a2'],
      [propose('a', 2), 'a2'],
      [propose('a', 1), 'a2'],
      [gone, ''],
    ],
    'replaces an earlier proposal, whose end then changes nothing': [
      [propose('a', 1), 'a1'],
      [propose('a', 2), 'a2'],
      [end(0), 'a2'],
      [end(1), ''],
    ],
    'goes when its object is deleted': [
      [watch('a', 1), 'a1'],
      [propose('a', 2), 'a2'],
      [gone, ''],
      [end(), ''],
    ],
    'made anew stays when the deletion of the old object is told late': [
      [watch('a', 1, deleting), 'a1'],
      [propose('b', 1), 'b1'],
      [gone, 'b1'],
      [watch('b', 1), 'b1'],
    ],
    'made anew is found as soon as the deletion of the old object is told': [
      [watch('a', 1), 'a1'],
      [propose('b', 1), 'a1'],
      [gone, 'b1'],
      [end(), ''],
    ],
    'made anew under a name that is taken is not found: the API server refuses it': [
      [watch('a', 1), 'a1'],
      [propose('b', 1), 'a1'],
      [watch('a', 2), 'a2'],
      [end(), 'a2'],
    ],
    'made anew is found once the old object is going away': [
      [watch('a', 1), 'a1'],
      [propose('b', 1), 'a1'],
      [watch('a', 2, deleting), 'b1'],
      [end(), 'a2'],
    ],
    'stays when the deletion of an object is told that was never known': [
      [propose('a', 1), 'a1'],
      [gone, 'a1'],
    ],
    'heals one that cannot be used': [
      [watch('a', 1, invalid), 'invalid'],
      [propose('a', 2), 'a2'],
      [watch('a', 1, { ...invalid, status: {} }), 'a2'],
      [end(), 'invalid'],
    ],
    'gives way to a later state that cannot be used': [
      [propose('a', 1), 'a1'],
      [watch('a', 2, invalid), 'invalid'],
    ],
    'stands aside for another of its name that cannot be used': [
      [watch('a', 1, invalid), 'invalid'],
      [propose('b', 1), 'invalid'],
    ],
    'that cannot be used does nothing': [
      [watch('a', 1), 'a1'],
      [propose('a', 2, invalid), 'a1'],
      [end(), 'a1'],
    ],
    'without a uid does nothing': [
      [propose('a', 1, { metadata: { uid: null } }), ''],
      [end(), ''],
    ],
  };
  for (const [name, steps] of Object.entries(cases)) {
    it(name, () => {
      const store = new Store({ closedWorld: false });
      const proposals: (() => void)[] = [];
      for (const [index, [step, want]] of steps.entries()) {
        step(store, proposals);
        assert.equal(found(store), want, `after step ${index + 1}`);
      }
    });
  }

  it('is not counted before it is there, and then once', () => {
    const store = new Store({ closedWorld: false });
    const count = (): number | undefined => store.counts()[0]?.count;
    store.propose(state('a', 1));
    assert.equal(count(), 0);
    store.upsert(state('a', 1));
    store.propose(state('a', 2));
    assert.equal(count(), 1);
  });

  it('announces the kind of its service, and takes that back', () => {
    const heard: string[] = [];
    const store = new Store({
      closedWorld: false,
      onServiceKinds: (kinds: readonly GroupVersionKind[]) =>
        void heard.push(kinds.map(({ kind }) => kind).join()),
    });
    store.upsert(state('a', 1));
    const withdraw = store.propose(state('a', 2));
    withdraw();
    withdraw();
    assert.deepEqual(heard, ['a1', 'a2', 'a1']);
  });
});

describe('whatever the order of events', () => {
  const uid = fc.constantFrom(...UIDS);
  const generation = fc.constantFrom(...GENERATIONS);
  const more = fc.constantFrom<JsonObject>({}, {}, {}, deleting, invalid);
  const watched = fc.oneof(
    { weight: 3, arbitrary: fc.tuple(uid, generation, more).map((of) => watch(...of)) },
    { weight: 1, arbitrary: fc.constant(gone) },
  );
  const proposed = fc.oneof(
    { weight: 2, arbitrary: fc.tuple(uid, generation).map((of) => propose(...of)) },
    { weight: 1, arbitrary: fc.nat(3).map(end) },
  );
  const step = fc.oneof(
    watched.map((run) => ({ run, isWatched: true })),
    proposed.map((run) => ({ run, isWatched: false })),
  );

  it('once all proposals have ended, the store is what the watch has made it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const [store, plain] = [new Store({ closedWorld: false }), new Store({ closedWorld: false })];
        const proposals: (() => void)[] = [];
        for (const { run, isWatched } of steps) {
          run(store, proposals);
          if (isWatched) run(plain, []);
          found(store);
        }
        for (const withdraw of proposals) withdraw();
        assert.equal(found(store), found(plain));
        assert.deepEqual(store.counts(), plain.counts());
      }),
      { numRuns: 2000 },
    );
  });

  it('a proposal that is stored is found from its admission on', () => {
    fc.assert(
      fc.property(uid, generation, fc.array(generation), (who, last, before) => {
        const store = new Store({ closedWorld: false });
        const want = `${who}${last}`;
        store.propose(state(who, last));
        for (const earlier of before.filter((each) => each < last)) {
          store.upsert(state(who, earlier));
          assert.equal(found(store), want);
        }
        store.upsert(state(who, last));
        assert.equal(found(store), want);
      }),
    );
  });
});
