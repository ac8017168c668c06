import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hexOf } from '../../lib/identity/digest.ts';
import type { SealKey } from '../../lib/requester/stamp.ts';
import { ManualTiming } from '../kube/testing/manual-timing.ts';
import { Sealing } from './sealing.ts';

/** A key that is there, and a webhook configuration that comes and goes. */
function aScene(known: SealKey = { key: new Uint8Array(32).fill(1) }) {
  const timing = new ManualTiming();
  const scene = { webhook: 'uid-1' as string | undefined, fault: false, reads: 0 };
  const sealing = new Sealing({
    key: {
      current: () => known,
      ready: async () => {},
      doubt: () => {},
      subscribe: () => () => {},
      stop: () => {},
    },
    async webhook() {
      scene.reads += 1;
      await timing.sleep(10);
      if (scene.fault) throw new Error('the API server is away');
      return scene.webhook;
    },
    timing,
  });
  const described = (current: SealKey | undefined): string => {
    if (current === undefined) return 'nobody stamps';
    return 'key' in current ? hexOf(current.key).slice(0, 8) : current.problem;
  };
  async function ready(): Promise<string> {
    const waiting = sealing.ready();
    await timing.advance(5_000);
    await waiting;
    return described(sealing.current());
  }
  async function verifying(): Promise<string> {
    const waiting = sealing.verifying().then(described, (error: unknown) => String(error));
    await timing.advance(5_000);
    return await waiting;
  }
  return { scene, timing, sealing, ready, verifying, described };
}

describe('what requesters are sealed with', () => {
  it('is another key for each installation of the webhook', async () => {
    const { scene, ready, verifying } = aScene();
    const first = await ready();
    assert.match(first, /^[0-9a-f]{8}$/);
    assert.equal(await verifying(), first);
    scene.webhook = 'uid-2';
    const second = await verifying();
    assert.notEqual(second, first);
    scene.webhook = 'uid-1';
    assert.equal(await verifying(), first);
  });

  it('is nothing while no binding is stamped: nobody is believed, and whoever asks hears what to do', async () => {
    const { scene, ready, verifying } = aScene();
    await ready();
    scene.webhook = undefined;
    assert.equal(await verifying(), 'nobody stamps');
    assert.match(
      await ready(),
      /^the MutatingWebhookConfiguration cleat has no webhook .*; re-apply the installation$/,
    );
  });

  it('is read anew for whoever believes a seal, and for admissions once a second, whoever waits', async () => {
    const { scene, sealing, timing } = aScene();
    const waiting = Promise.all([sealing.ready(), sealing.ready(), sealing.ready()]);
    await timing.advance(10);
    await waiting;
    assert.equal(scene.reads, 1);
    await sealing.ready();
    assert.equal(scene.reads, 1);
    await timing.advance(1_000);
    const again = sealing.ready();
    await timing.advance(10);
    await again;
    assert.equal(scene.reads, 2);
    for (const reads of [3, 4]) {
      const verifying = sealing.verifying();
      await timing.advance(10);
      await verifying;
      assert.equal(scene.reads, reads);
    }
  });

  it('stays for admissions what it was while the API server does not answer; nobody believes a seal meanwhile', async () => {
    const { scene, ready, verifying } = aScene();
    const before = await ready();
    scene.fault = true;
    assert.equal(await ready(), before);
    assert.match(await verifying(), /the API server is away/);
  });

  it('is the problem that the key has, where there is none', async () => {
    const { ready, verifying } = aScene({ problem: 'the Secret is gone' });
    assert.equal(await ready(), 'the Secret is gone');
    assert.equal(await verifying(), 'the Secret is gone');
  });
});
