import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dig, type JsonObject, textOf } from '../lib/api/json.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf } from './conditions.ts';
import { aBinding, aWorkload, mountedBy, refusal, useTheft } from './theft-stage.ts';
import { aService, CROWN, leadingTo, MALLORY, OWNED, owner, SAID, TRUSTED, VAULT } from './theft-vault.ts';
import { aTaskMapping, WORKER } from './world.ts';

interface Road {
  /** The spec but for the application. */
  readonly spec: JsonObject;
  /** What Mallory reads. */
  readonly says: RegExp;
  /** What Alice gets. */
  readonly prize: readonly string[];
}

const worker = (name: string, namespace = VAULT): JsonObject => ({
  group: 'example.com',
  version: 'v1',
  kind: 'Worker',
  name,
  namespace,
});
const SECRET = { group: '', version: 'v1', kind: 'Secret', namespace: VAULT, name: 'crown' };
const { kind: _, ...BY_RESOURCE } = { ...SECRET, resource: 'secrets' };
const OWN: JsonObject = { group: '', version: 'v1', kind: 'ConfigMap', name: 'own', id: 'own' };
const both = Object.values(CROWN);

/** The right, the place, what to grant, and how somebody who has it may do so instead. */
const lacking = (who: string, what: string): RegExp =>
  new RegExp(
    `user ${who}, who requested this binding, may not get ${what} in namespace vault: grant it with a Role there, ` +
      'or let somebody who may confirm the binding as it is: kubectl annotate servicebindings.binding.operators.coreos.com ',
  );
const noSecret = lacking('mallory', 'secrets crown');
const noWorker = (name: string): RegExp => lacking('mallory', `workers.example.com ${name}`);

const ROADS: Readonly<Record<string, Road>> = {
  'a Secret of another namespace': { spec: {}, says: noSecret, prize: both },
  'the same by its resource': { spec: { services: [BY_RESOURCE] }, says: noSecret, prize: both },
  'the same as variables': { spec: { bindAsFiles: false }, says: noSecret, prize: both },
  'a Provisioned Service, whose status names the Secret': {
    spec: { services: [{ ...worker('publisher'), kind: 'Database' }] },
    says: lacking('mallory', 'databases.example.com publisher'),
    prize: both,
  },
  'a service whose annotations lead to the Secret': {
    spec: { services: [worker('signpost')] },
    says: noWorker('signpost'),
    prize: both,
  },
  'a service whose annotations give of itself': {
    spec: { services: [worker('talker')] },
    says: noWorker('talker'),
    prize: [SAID],
  },
  'what a service owns': {
    spec: { services: [worker('keeper')], detectBindingResources: true },
    says: noWorker('keeper'),
    prize: Object.values(OWNED),
  },
  'a mapping that tells of a service': {
    spec: {
      services: [OWN, { ...worker('talker'), id: 'far' }],
      mappings: [{ name: 'all', value: '{{ .own.metadata.name }} {{ json .far }}' }],
    },
    says: noWorker('talker'),
    prize: [SAID],
  },
  'a mapping that takes apart what it tells': {
    spec: {
      services: [{ ...SECRET, id: 'far' }],
      mappings: [{ name: 'half', value: '{{ slice .password 0 12 }}{{ .far.data.username }}' }],
    },
    says: noSecret,
    prize: [CROWN.password.slice(0, 12), Buffer.from(CROWN.username).toString('base64')],
  },
  'a service among others that she may read': {
    spec: { services: [OWN, SECRET, { ...OWN, id: 'again' }] },
    says: noSecret,
    prize: both,
  },
};

suite('who may not read a Secret of another namespace does not get it', { timeout: 600_000 }, () => {
  const { cluster, people, get, thwarted, taken, searched, nothingStolen } = useTheft();

  const own = (namespace: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'own', namespace },
    data: { own: 'mine' },
  });

  test('all that is there is seen by the search, and only where it should be', async () => {
    await cluster().apply(own(MALLORY), own(TRUSTED));
    await nothingStolen();
    const places = (await searched([...both, SAID, ...Object.values(OWNED)], [])).map(({ where }) => where);
    assert.deepEqual(places.sort(), [
      'ConfigMap vault/kept',
      'Secret vault/crown',
      'Secret vault/kept',
      'Worker vault/talker',
    ]);
  });

  for (const [index, [title, { spec, says, prize }]] of Object.entries(ROADS).entries()) {
    test(`by ${title}`, async () => {
      const { mallory, alice } = people();
      const name = `road-${index}`;
      await mallory.create(aWorkload(MALLORY, name));
      await thwarted(refOf(await mallory.create(aBinding(MALLORY, name, spec))), says);
      assert.deepEqual(mountedBy(await get(refOf(aWorkload(MALLORY, name)))), []);

      await alice.create(aWorkload(TRUSTED, name));
      const content = await taken(refOf(await alice.create(aBinding(TRUSTED, name, spec))));
      for (const value of prize) assert.ok(content.includes(value), title);
      assert.equal(
        mountedBy(await get(refOf(aWorkload(TRUSTED, name)))).length,
        spec['bindAsFiles'] === false ? 0 : 1,
      );
      const seen = (await searched(both.concat(SAID, Object.values(OWNED)), [VAULT])).map(
        ({ where }) => where,
      );
      assert.ok(
        seen.some((where) => where.startsWith(`Secret trusted/${name}-`)),
        seen.join(),
      );
    });
  }

  test('whether a Secret is there is not told either', async () => {
    const { mallory } = people();
    const messageFor = async (name: string): Promise<string> => {
      const services = [{ ...SECRET, name }];
      const binding = await mallory.create(aBinding(MALLORY, `is-${name}`, { services }));
      const object = await thwarted(refOf(binding), lacking('mallory', `secrets ${name}`));
      return textOf(conditionOf(object)?.message).replaceAll(name, 'NAME');
    };
    assert.equal(await messageFor('crown'), await messageFor('absent'));
  });

  const AWAY = ['crown', 'vault/crown', '../../vault/secrets/crown', '..%2f..%2fvault%2fsecrets%2fcrown'];
  for (const [index, to] of AWAY.entries()) {
    test(`by an annotation on a service of one's own that leads to ${to}`, async () => {
      const { mallory } = people();
      const name = `signpost-${index}`;
      await mallory.create(aService(MALLORY, name, leadingTo(to)));
      const bound = async (binding: JsonObject): Promise<ObjectRef> => refOf(await mallory.create(binding));
      const services = [worker(name, MALLORY)];
      const says = /was not found|is no name that a Secret can have/;
      await thwarted(await bound(aBinding(MALLORY, name, { services })), says);
      await thwarted(
        await bound({
          apiVersion: 'servicebinding.io/v1',
          kind: 'ServiceBinding',
          metadata: { name, namespace: MALLORY },
          spec: {
            service: { ...WORKER, name },
            workload: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'road-0' },
          },
        }),
        says,
      );
    });
  }

  const STRAY: Readonly<Record<string, JsonObject>> = {
    'the name': { ...SECRET, namespace: MALLORY, name: '../../vault/secrets/crown' },
    'the name, as a step up': { ...SECRET, namespace: MALLORY, name: '..' },
    'the namespace': { ...SECRET, namespace: 'mallory/../vault' },
    'the resource': { ...BY_RESOURCE, namespace: MALLORY, resource: '../vault/secrets' },
    'the kind': { ...SECRET, namespace: MALLORY, kind: '../vault/Secret' },
    'the version': { ...SECRET, version: 'v1/namespaces/vault' },
    'the group': { ...SECRET, namespace: MALLORY, group: '../api/v1/namespaces/vault/secrets/crown' },
    'the group, as what discovery answers': {
      ...worker('talker', MALLORY),
      group: 'example.com/v1/namespaces/vault',
    },
  };
  for (const [index, [title, service]] of Object.entries(STRAY).entries()) {
    test(`by a path in ${title} of a service`, async () => {
      const { mallory } = people();
      const binding = await mallory.create(aBinding(MALLORY, `stray-${index}`, { services: [service] }));
      await thwarted(refOf(binding), /was not found|may not get/);
    });
  }

  test('by a service of her own that claims to be another, or to be owned by it', async () => {
    const { mallory } = people();
    const keeper = await get({ ...WORKER, namespace: VAULT, name: 'keeper' });
    const uid = textOf(dig(keeper, 'metadata', 'uid'));
    for (const [name, metadata] of [
      ['keeper', { uid }],
      ['heir', { ownerReferences: [owner('keeper', uid)] }],
    ] as const) {
      const made = await mallory.create(aService(MALLORY, name, {}, metadata));
      assert.notEqual(dig(made, 'metadata', 'uid'), uid);
      const spec = { services: [worker(name, MALLORY)], detectBindingResources: true };
      await thwarted(
        refOf(await mallory.create(aBinding(MALLORY, name, spec))),
        /no binding data|was not found/,
      );
    }
  });

  const BEYOND: Readonly<Record<string, Omit<Road, 'prize'>>> = {
    'the Secret that its status names': {
      spec: { services: [{ ...worker('publisher'), kind: 'Database' }] },
      says: lacking('peeker', 'secrets crown'),
    },
    'the Secret that its annotations lead to': {
      spec: { services: [worker('signpost')] },
      says: lacking('peeker', 'secrets crown'),
    },
    'what it owns': {
      spec: { services: [worker('keeper')], detectBindingResources: true },
      says: lacking('peeker', '(?:secrets|configmaps) kept'),
    },
  };
  for (const [index, [title, { spec, says }]] of Object.entries(BEYOND).entries()) {
    test(`who may read the service, but not ${title}`, async () => {
      const { peeker } = people();
      await thwarted(refOf(await peeker.create(aBinding(MALLORY, `beyond-${index}`, spec))), says);
    });
  }

  test('who may read the service gets what it says of itself, so that the above can fail', async () => {
    const name = 'hearsay';
    const { peeker } = people();
    await peeker.create(aWorkload(MALLORY, name));
    const binding = await peeker.create(aBinding(MALLORY, name, { services: [worker('talker')] }));
    assert.equal(await taken(refOf(binding)), `said=${SAID}`);
    assert.notDeepEqual(await searched([SAID], [VAULT, TRUSTED]), []);
    await peeker.remove(refOf(binding));
    await waitFor('its Secret to go with it', async () => {
      await nothingStolen();
      return true;
    });
  });

  test('who may read everything, but not update the workload, changes no workload', async () => {
    const { clerk, alice } = people();
    const workload = await alice.create(aWorkload(TRUSTED, 'guarded'));
    const binding = aBinding(TRUSTED, 'guarded');
    const says =
      /user clerk, who requested this binding, may not update deployments\.apps guarded in namespace trusted: grant it/;
    const object = await thwarted(refOf(await clerk.create(binding)), says);
    assert.equal(conditionOf(object, 'InjectionReady')?.reason, 'ApplicationNotFound');
    const now = await get(refOf(workload));
    assert.deepEqual(dig(now, 'spec'), dig(workload, 'spec'));

    await alice.patch(refOf(binding), {
      metadata: { annotations: { 'requester.cleat.dev/confirm': 'true' } },
    });
    assert.match(await taken(refOf(binding)), new RegExp(CROWN.password));
  });

  test('a mapping of workloads is nothing that she can make', async () => {
    const { mallory } = people();
    const why = await refusal(mallory.create(aTaskMapping('vaults')));
    assert.match(why, /cannot create resource "clusterworkloadresourcemappings"/);
  });

  const BROKEN = [
    '{{ .password.more }}',
    '{{ index .password 1000 }}',
    '{{ call .password }}',
    '{{ slice .password 30 900 }}',
    '{{ index .password .username }}',
    '{{ .crown.data.password.more }}',
    '{{ range .password }}{{ end }}{{ len 3 }}',
    '{{ template "x" .password }}',
  ];
  test('what goes wrong in a mapping is told without what it works with', async () => {
    const { admin } = people();
    for (const [index, value] of BROKEN.entries()) {
      const spec = { services: [{ ...SECRET, id: 'crown' }], mappings: [{ name: 'm', value }] };
      await thwarted(refOf(await admin.create(aBinding(MALLORY, `broken-${index}`, spec))), /./);
    }
  });
});
