import assert from 'node:assert/strict';

import { describe, it } from 'node:test';
import { openAuditLog } from './audit.ts';
import { readManifests } from './cluster/manifest.ts';

import { bindingRef, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, type WorkloadKind } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';
import { granted, refused, requests, unused } from './rights.ts';

/** Does everything that Cleat has rights for, with each of the built-in kinds. */
async function useAll(operated: Operated): Promise<void> {
  const { cluster } = operated;
  const isFixed = ({ kind }: WorkloadKind): boolean => kind === 'Pod' || kind === 'Job';
  const nameOf = ({ kind }: WorkloadKind): string => `used-${kind.toLowerCase()}`;
  for (const kind of BUILT_IN) {
    await cluster.create(kind.make(nameOf(kind)));
    await cluster.apply(aBinding(nameOf(kind), kind, { name: nameOf(kind) }));
    if (!isFixed(kind)) await untilReady(cluster, nameOf(kind));
    else {
      await untilSaid(cluster, nameOf(kind), { status: 'False', reason: 'Unprojectable' });
      // What is known of it does not tell whether an edited binding is projected: it is read again.
      await cluster.patch(bindingRef(nameOf(kind)), { spec: { env: [] } });
      await untilSaid(cluster, nameOf(kind), { status: 'False', reason: 'Unprojectable' });
    }
  }
  // The status of the sample service, a mapping, and a deletion.
  for (const kind of BUILT_IN) {
    await cluster.remove(bindingRef(nameOf(kind)));
    await untilGone(cluster, bindingRef(nameOf(kind)));
  }
  // Another replica takes part in the election, and takes over.
  const first = await operated.leader();
  await operated.addReplica();
  await operated.removeReplica(first);
  await operated.leader();
}

describe('the roles of the installation', { timeout: 300_000 }, () => {
  it('RBAC-6, RBAC-7: grant what Cleat uses and nothing else, without a wildcard', async (test) => {
    const log = await openAuditLog();
    const operated = await openOperated({ apiServerArgs: log.apiServerArgs });
    try {
      await useAll(operated);
      const own = await readManifests('manifests/install/self-signed.yaml');
      const rights = await granted(operated.cluster, own);
      assert.ok(rights.size > 30, 'the roles were read');
      for (const right of rights) assert.doesNotMatch(right, /\*/);

      const all = await requests(log.path);
      assert.deepEqual(
        // Definitions are for the making of Secrets alone, whose component is not installed here: Cleat asks in vain.
        refused(all).filter((request) => !/example\.com|\/customresourcedefinitions\?/.test(request)),
        [],
        'nothing is missing',
      );
      assert.deepEqual(unused(rights, all), [], 'nothing is granted that is never used');
      test.diagnostic(`${rights.size} rights, ${all.length} requests`);
    } finally {
      await operated.close();
      await log.close();
    }
  });
});
