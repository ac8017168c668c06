import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aStore } from '../../lib/testkit/world.ts';
import { Applier } from './applier.ts';
import { BindingWriter } from './binding-writer.ts';
import { Bindings } from './bindings.ts';
import { Namespaces } from './namespaces.ts';
import { ObjectClient } from './object-client.ts';
import { Observer } from './observer.ts';
import { Reconciler } from './reconciler.ts';
import { Workloads } from './workloads.ts';

describe('reconciling', () => {
  it('a binding that is gone forgets what is remembered of it, and asks the API server nothing', async () => {
    const lister = aStore([], { closed: false });
    const now = (): number => 0;
    const bindings = new Bindings(now, () => undefined);
    const workloads = new Workloads({ lister, now });
    const namespaces = new Namespaces('cleat-system');
    const unexpected = async (): Promise<never> => await Promise.reject(new Error('nobody should ask'));
    const client = new ObjectClient({ transport: { request: unexpected }, mayWrite: () => true });
    const forgotten: string[] = [];
    const reconciler = new Reconciler({
      bindings,
      lister,
      observer: new Observer({ lister, workloads, namespaces, standingOf: () => 'known' }),
      applier: new Applier({ client, workloads, lister, now, onChanged: () => {} }),
      writer: new BindingWriter(client, bindings),
      secrets: { read: unexpected },
      deriver: { derive: unexpected, find: () => undefined, forget: (key) => void forgotten.push(key) },
      namespaces,
      lackingOn: unexpected,
      onReady: () => {},
      log: { debug() {}, info() {}, warn() {}, error() {} },
      timestamp: () => '2026-01-01T00:00:00Z',
    });
    assert.equal(await reconciler.reconcile('shop/db'), undefined);
    assert.deepEqual(forgotten, ['shop/db']);
  });
});
