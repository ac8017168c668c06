import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../lib/api/json.ts';
import { Store } from '../lib/store/store.ts';
import { aServiceBinding } from '../lib/testkit/builders.ts';
import { Overlay, type OverlayOptions } from './overlay.ts';

const binding = (name: string, generation = 1): JsonObject =>
  aServiceBinding({
    metadata: { name, uid: name, generation },
    spec: { workload: { name: `${name}-${generation}` } },
  });

/** Time that passes when the test says so. */
class Clock {
  readonly #due = new Map<() => void, number>();
  #now = 0;

  readonly schedule = (callback: () => void, ms: number): (() => void) => {
    this.#due.set(callback, this.#now + ms);
    return () => this.#due.delete(callback);
  };

  pass(ms: number): void {
    this.#now += ms;
    for (const [callback, due] of this.#due) {
      if (due > this.#now) continue;
      this.#due.delete(callback);
      callback();
    }
  }

  get waiting(): number {
    return this.#due.size;
  }
}

function rig(options: Partial<OverlayOptions> = {}): {
  readonly store: Store;
  readonly clock: Clock;
  readonly overlay: Overlay;
  readonly finds: (workload: string) => boolean;
} {
  const [store, clock] = [new Store({ closedWorld: false }), new Clock()];
  const overlay = new Overlay({ store, schedule: clock.schedule, ttlMs: 5000, ...options });
  const finds = (name: string): boolean =>
    store.bindingsFor({ group: 'apps', kind: 'Deployment', namespace: 'shop', name, labels: new Map() })
      .length > 0;
  return { store, clock, overlay, finds };
}

describe('an admitted ServiceBinding', () => {
  it('is found until its time is over', () => {
    const { clock, overlay, finds } = rig();
    overlay.add(binding('a'));
    clock.pass(4999);
    assert.ok(finds('a-1'));
    clock.pass(1);
    assert.ok(!finds('a-1'));
    assert.deepEqual([overlay.size, clock.waiting], [0, 0]);
  });

  it('stays once its watch event has come', () => {
    const { store, clock, overlay, finds } = rig();
    overlay.add(binding('a'));
    store.upsert(binding('a'));
    clock.pass(5000);
    assert.ok(finds('a-1'));
  });

  it('admitted again has its time anew, for its newer state', () => {
    const { clock, overlay, finds } = rig();
    overlay.add(binding('a'));
    clock.pass(4000);
    overlay.add(binding('a', 2));
    assert.deepEqual([overlay.size, clock.waiting], [1, 1]);
    clock.pass(4000);
    assert.deepEqual([finds('a-1'), finds('a-2')], [false, true]);
    clock.pass(1000);
    assert.ok(!finds('a-2'));
  });

  it('gives way to newer ones where there are too many', () => {
    const { overlay, finds } = rig({ max: 2 });
    overlay.add(binding('a'));
    overlay.add(binding('b'));
    overlay.add(binding('a', 2));
    overlay.add(binding('c'));
    assert.deepEqual([finds('a-2'), finds('b-1'), finds('c-1'), overlay.size], [true, false, true, 2]);
  });

  it('that cannot be used, or has no name, harms nobody', () => {
    const { overlay, finds, clock } = rig();
    overlay.add(binding('a'));
    overlay.add(aServiceBinding({ metadata: { name: 'a', uid: 'a' }, spec: { service: null } }));
    overlay.add({ kind: 'ServiceBinding' });
    assert.ok(!finds('a-1'));
    clock.pass(5000);
    assert.equal(overlay.size, 0);
  });

  it('is withdrawn at the end', () => {
    const { overlay, finds, clock } = rig();
    for (const name of ['a', 'b', 'c']) overlay.add(binding(name));
    overlay.stop();
    assert.deepEqual([finds('a-1'), finds('c-1'), overlay.size, clock.waiting], [false, false, 0, 0]);
  });

  it('keeps no process alive', () => {
    const overlay = new Overlay({ store: new Store({ closedWorld: false }) });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    overlay.add(binding('a'));
    assert.equal(timers(), before);
    overlay.stop();
  });
});
