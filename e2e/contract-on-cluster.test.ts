import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dig, textOf } from '../lib/api/json.ts';
import { openAuditLog } from './audit.ts';
import { readCases } from './cases.ts';
import { readManifests } from './cluster/manifest.ts';
import { waitFor } from './cluster/wait-for.ts';
import { Driven } from './contract/driven.ts';
import { plainKinds, rolesFor } from './contract/kinds.ts';
import { ALL_APIS, installation } from './opt-in.ts';
import { granted, refused, requests, unused } from './rights.ts';
import { ofCore } from './takeover/left-objects.ts';
import { useWorld } from './world.ts';

const CASES = await readCases();
const KINDS = plainKinds(CASES);
const PARTS = [...ALL_APIS, 'olm-descriptors'];
/** Superseded Secrets are looked for once they are ten minutes old: secret-collector.test.ts shows it. */
const OF_COLLECTING = ['delete /secrets', 'list apps/controllerrevisions'];
const LOG = await openAuditLog();

describe(
  'the contract cases, against a real API server with the roles of the installation',
  { timeout: 900_000 },
  () => {
    const { cluster } = useWorld({
      components: PARTS,
      args: ['--olm-descriptors'],
      apiServerArgs: LOG.apiServerArgs,
    });
    after(async () => await LOG.close());

    before(async () => {
      const namespaces = CASES.flatMap(({ given }) =>
        given.map((object) => textOf(dig(object, 'metadata', 'namespace'))),
      );
      for (const name of new Set(namespaces))
        if (name !== '' && name !== 'shop') await cluster().createNamespace(name);
      await cluster().apply(...KINDS, ...rolesFor(KINDS));
      await waitFor('requesters to be stamped', async () => {
        const probe = await cluster().create(ofCore('probe', { application: { name: 'probe' } }), {
          dryRun: 'All',
        });
        return dig(probe, 'metadata', 'annotations', 'requester.cleat.dev/seal') !== undefined;
      });
    });

    for (const given of CASES) {
      const { api, name, title, elsewhere } = given;
      it(`${api}/${name}: ${title}`, { skip: elsewhere ?? false }, async () => {
        const driven = new Driven(cluster(), given);
        try {
          await driven.write();
          await driven.settle();
          if (!driven.isLeaving) await driven.admit();
          await driven.unbind();
        } finally {
          await driven.clean();
          await cluster().apply(...KINDS);
        }
      });
    }

    it('the roles of the opt-in parts grant what is used for it and nothing else (RBAC-6, RBAC-7)', async (test) => {
      const basic = await granted(cluster(), await readManifests('manifests/install/self-signed.yaml'));
      const whole = await granted(cluster(), await installation(PARTS));
      const rights = [...whole].filter((right) => !basic.has(right));
      for (const right of rights) assert.doesNotMatch(right, /\*/);
      const all = await requests(LOG.path);
      assert.deepEqual(unused(rights, all), OF_COLLECTING);
      assert.deepEqual(refused(all), [], 'nothing is missing');
      test.diagnostic(`${rights.length} rights, ${all.length} requests`);
    });

    it('all but those that say why they cannot be', () => {
      const skipped = CASES.filter(({ elsewhere }) => elsewhere !== undefined);
      for (const { name, elsewhere } of skipped) assert.match(elsewhere ?? '', /\w+ \w+/, name);
    });
  },
);
