import assert from 'node:assert/strict';

import { describe, it } from 'node:test';
import { dig, isList, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import { auditEvents, openAuditLog } from './audit.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { readManifests } from './cluster/manifest.ts';
import { refOf } from './cluster/objects.ts';

import { bindingRef, untilGone, untilReady, untilSaid } from './conditions.ts';
import { aBinding, BUILT_IN, type WorkloadKind } from './objects.ts';
import { openOperated, type Operated } from './operated.ts';

/** Given to everybody by Kubernetes itself: discovery, and questions about one's own rights. */
const EVERYBODYS = /^(?:\/api|selfsubjectaccessreviews)/;

const texts = (value: Json | undefined): readonly string[] =>
  isList(value) ? value.filter((item) => typeof item === 'string') : [];
const list = (object: JsonObject, key: string): readonly JsonObject[] =>
  (isList(object[key]) ? object[key] : []) as readonly JsonObject[];

/** `verb group/resource name`, the name only where a role grants by name. */
type Right = string;

function rightsOf(rule: JsonObject): readonly Right[] {
  const names = texts(rule['resourceNames']);
  const resources = texts(rule['apiGroups']).flatMap((group) =>
    texts(rule['resources']).map((resource) => `${group}/${resource}`),
  );
  return texts(rule['verbs']).flatMap((verb) =>
    resources.flatMap((resource) =>
      (names.length === 0 ? [''] : names).map((name) => [verb, resource, name].join(' ').trim()),
    ),
  );
}

/** All that the installation grants to Cleat's ServiceAccount, through aggregation too. */
async function granted(cluster: ControlPlane): Promise<ReadonlySet<Right>> {
  const own = await readManifests('manifests/install/self-signed.yaml');
  const bound = new Set(
    own
      .filter(
        ({ kind, subjects }) =>
          textOf(kind).endsWith('RoleBinding') && JSON.stringify(subjects).includes('"cleat"'),
      )
      .map((binding) => textOf(dig(binding, 'roleRef', 'name'))),
  );
  const collected = (role: JsonObject): boolean =>
    dig(role, 'metadata', 'labels', 'servicebinding.io/controller') === 'true';
  const rights = new Set<Right>();
  for (const role of own.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')) {
    if (!bound.has(refOf(role).name) && !collected(role)) continue;
    const live = await cluster.get(refOf(role));
    assert.ok(live, `${refOf(role).name} is installed`);
    if (dig(role, 'aggregationRule') !== undefined) continue;
    for (const rule of list(live, 'rules')) for (const right of rightsOf(rule)) rights.add(right);
  }
  return rights;
}

interface Request {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly status: number;
  readonly uri: string;
}

async function requests(log: string): Promise<readonly Request[]> {
  return (await auditEvents(log)).map((event): Request => {
    const reference = dig(event, 'objectRef');
    const resource = [textOf(dig(reference, 'resource')), textOf(dig(reference, 'subresource'))]
      .filter((part) => part !== '')
      .join('/');
    const status = dig(event, 'responseStatus', 'code');
    const uri = textOf(dig(event, 'requestURI'));
    // A list or watch of one object names it in its field selector.
    const selected = /fieldSelector=metadata\.name(?:%3D|=)([^&]+)/.exec(uri)?.[1] ?? '';
    return {
      verb: textOf(dig(event, 'verb')),
      resource: `${textOf(dig(reference, 'apiGroup'))}/${resource}`,
      name: textOf(dig(reference, 'name')) || selected,
      status: typeof status === 'number' ? status : 0,
      uri,
    };
  });
}

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
      const rights = await granted(operated.cluster);
      assert.ok(rights.size > 30, 'the roles were read');
      for (const right of rights) assert.doesNotMatch(right, /\*/);

      const all = (await requests(log.path)).filter(
        ({ uri, resource }) =>
          !(EVERYBODYS.test(resource.split('/')[1] ?? '') || (resource === '/' && uri.startsWith('/api'))),
      );
      const forbidden = all.filter(({ status }) => status === 403).map(({ verb, uri }) => `${verb} ${uri}`);
      // The API server reads its roles a moment after they were applied.
      const lasting = forbidden.filter(
        (request) => forbidden.indexOf(request) !== forbidden.lastIndexOf(request),
      );
      assert.deepEqual(
        // Definitions are for the making of Secrets alone, whose component is not installed here: Cleat asks in vain.
        lasting.filter((request) => !/example\.com|\/customresourcedefinitions\?/.test(request)),
        [],
        'nothing is missing',
      );

      const used = new Set(
        all.flatMap(({ verb, resource, name }) => [`${verb} ${resource}`, `${verb} ${resource} ${name}`]),
      );
      assert.deepEqual(
        [...rights].filter((right) => !used.has(right)).sort(),
        [],
        'nothing is granted that is never used',
      );
      test.diagnostic(`${rights.size} rights, ${all.length} requests`);
    } finally {
      await operated.close();
      await log.close();
    }
  });
});
