/**
 * @module A cluster with Cleat and all its opt-in parts, a vault, a thief, and people who may read the vault.
 */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { dig, isList, isObject, type JsonObject, textOf } from '../lib/api/json.ts';
import { merge } from '../lib/testkit/builders.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import type { ControlPlane } from './cluster/control-plane.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { waitFor } from './cluster/wait-for.ts';
import { conditionOf } from './conditions.ts';
import { ALL_APIS } from './opt-in.ts';
import { GROUP } from './requester-objects.ts';
import { type Hit, search } from './theft-search.ts';
import { ALL_MARKS, GRANTS, MALLORY, ownedBy, READS, TEAM, TREASURE, TRUSTED, VAULT } from './theft-vault.ts';
import { idle, inNamespace, useWorld, type World, WORKER } from './world.ts';

// What is never told, is not told at any level.
process.env['CLEAT_TEST_LOG'] ??= 'debug';

/** A user with the rights of its groups and no more. */
export class Person {
  readonly #transport: Transport;
  readonly #cluster: ControlPlane;

  constructor(transport: Transport, cluster: ControlPlane) {
    [this.#transport, this.#cluster] = [transport, cluster];
  }

  async create(object: JsonObject, query: Readonly<Record<string, string>> = {}): Promise<JsonObject> {
    const { name: _, ...collection } = refOf(object);
    return await this.#send('POST', await this.#cluster.pathOf(collection), { body: object, query });
  }

  async replace(object: JsonObject): Promise<JsonObject> {
    return await this.#send('PUT', await this.#cluster.pathOf(refOf(object)), { body: object });
  }

  async patch(ref: ObjectRef, body: JsonObject, subresource = ''): Promise<JsonObject> {
    const contentType = 'application/merge-patch+json';
    return await this.#send('PATCH', `${await this.#cluster.pathOf(ref)}${subresource}`, {
      body,
      contentType,
    });
  }

  async get(ref: ObjectRef): Promise<JsonObject> {
    return await this.#send('GET', await this.#cluster.pathOf(ref), {});
  }

  async remove(ref: ObjectRef): Promise<void> {
    await this.#send('DELETE', await this.#cluster.pathOf(ref), {});
  }

  async #send(
    method: string,
    path: string,
    options: Parameters<Transport['request']>[2],
  ): Promise<JsonObject> {
    const answer = await this.#transport.request(method, path, options);
    assert.ok(isObject(answer));
    return answer;
  }
}

/** Why it was refused. */
export async function refusal(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => assert.fail('it was admitted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error, String(error));
  return error.message;
}

const CROWN_SERVICE = { group: '', version: 'v1', kind: 'Secret', name: 'crown', namespace: VAULT };

/** A binding of the Service Binding Operator's API, to the Deployment of its name; to the crown unless told. */
export const aBinding = (namespace: string, name: string, spec: JsonObject = {}): JsonObject => ({
  apiVersion: `${GROUP}/v1alpha1`,
  kind: 'ServiceBinding',
  metadata: { name, namespace },
  spec: merge(
    {
      services: [CROWN_SERVICE],
      application: { group: 'apps', version: 'v1', resource: 'deployments', name },
    },
    spec,
  ),
});

export const aWorkload = (namespace: string, name: string): JsonObject => inNamespace(namespace, idle(name));

const volumesOf = (workload: JsonObject): readonly JsonObject[] => {
  const volumes = dig(workload, 'spec', 'template', 'spec', 'volumes');
  return isList(volumes) ? volumes.filter(isObject) : [];
};

/** The Secrets that the Pods of a Deployment have as volumes. */
export const mountedBy = (workload: JsonObject): readonly string[] =>
  volumesOf(workload).map((volume) => textOf(dig(volume, 'secret', 'secretName')));

export interface People {
  readonly admin: Person;
  /** May read all that is in the vault. */
  readonly alice: Person;
  /** May do all in a namespace of her own and nothing in the vault. */
  readonly mallory: Person;
  /** As Mallory, and may read the services in the vault, not the Secrets. */
  readonly peeker: Person;
  /** May read all that is in the vault, and write bindings; not workloads. */
  readonly clerk: Person;
}

export interface Theft extends World {
  readonly people: () => People;
  readonly person: (name: string, ...groups: readonly string[]) => Promise<Person>;
  /** Waits for what the controller says of a binding as it is now. */
  readonly concluded: (ref: ObjectRef, status: string, message?: RegExp) => Promise<JsonObject>;
  /** Waits for what it says now, which is refused for this cause, and that nothing has been stolen. */
  readonly thwarted: (ref: ObjectRef, message: RegExp) => Promise<JsonObject>;
  /** Waits until somebody's binding is Ready; returns what its Secret holds, as text. */
  readonly taken: (ref: ObjectRef) => Promise<string>;
  /** Nothing of the values is to be found but in the vault and among the trusted. `except`: what is there rightly. */
  readonly nothingStolen: (options?: {
    readonly marks?: readonly string[];
    readonly except?: readonly string[];
  }) => Promise<void>;
  readonly searched: (marks: readonly string[], besides: readonly string[]) => Promise<readonly Hit[]>;
}

async function openPeople(person: Theft['person']): Promise<People> {
  return {
    admin: await person('boss', 'system:masters'),
    alice: await person('alice', TEAM.trusted, READS.all),
    mallory: await person('mallory', TEAM.mallory),
    peeker: await person('peeker', TEAM.mallory, READS.services),
    clerk: await person('clerk', TEAM.clerks, READS.all),
  };
}

/** The API server's authorizer hears of roles a moment after they are written. */
export async function untilMay(
  cluster: ControlPlane,
  groups: readonly string[],
  want: boolean,
  attributes: JsonObject,
): Promise<void> {
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  const spec = { user: 'somebody', groups, resourceAttributes: attributes };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  await waitFor(`${groups.join()} to have the right: ${want}`, async () => {
    const answer = await cluster.request('POST', path, { body });
    return dig(answer.body, 'status', 'allowed') === want;
  });
}

async function furnish(cluster: ControlPlane): Promise<void> {
  for (const name of [VAULT, MALLORY, TRUSTED]) await cluster.createNamespace(name);
  await cluster.apply(...GRANTS, ...TREASURE);
  const keeper = await cluster.get({ ...WORKER, namespace: VAULT, name: 'keeper' });
  await cluster.apply(...ownedBy(textOf(dig(keeper, 'metadata', 'uid'))));
  const secret = { group: '', resource: 'secrets', verb: 'get', namespace: VAULT };
  await untilMay(cluster, [READS.all], true, secret);
  for (const [team, namespace] of [
    [TEAM.mallory, MALLORY],
    [TEAM.trusted, TRUSTED],
  ] as const) {
    await untilMay(cluster, [team], true, {
      group: 'apps',
      resource: 'deployments',
      verb: 'update',
      namespace,
    });
    await untilMay(cluster, [team], false, secret);
  }
}

/** One cluster for all tests of a suite. */
export function useTheft(): Theft {
  const world = useWorld({ components: ALL_APIS });
  const transports: Transport[] = [];
  let people: People | undefined;

  const person: Theft['person'] = async (name, ...groups) => {
    const transport = openTransport({ kubeconfig: await world.cluster().kubeconfigOf(name, groups) });
    transports.push(transport);
    return new Person(transport, world.cluster());
  };
  before(async () => {
    await furnish(world.cluster());
    people = await openPeople(person);
  });
  after(async () => {
    for (const transport of transports) await transport.close();
  });

  const concluded: Theft['concluded'] = async (ref, status, message = /(?:)/) =>
    await waitFor(
      `${ref.namespace ?? ''}/${ref.name} to be Ready: ${status}, ${message.source}`,
      async () => {
        const object = await world.get(ref);
        const said = conditionOf(object);
        const isCurrent =
          dig(object, 'status', 'observedGeneration') === dig(object, 'metadata', 'generation');
        assert.ok(isCurrent, JSON.stringify(object['status']));
        assert.equal(said?.status, status, JSON.stringify(object['status']));
        assert.match(said.message, message);
        return object;
      },
      { timeoutMs: 30_000 },
    );
  const searched: Theft['searched'] = async (marks, besides) =>
    await search(world.operated(), marks, besides);
  const nothingStolen: Theft['nothingStolen'] = async ({ marks = ALL_MARKS, except = [] } = {}) => {
    const hits = await searched(marks, [VAULT, TRUSTED]);
    assert.deepEqual(
      hits.filter(({ where }) => !except.includes(where)),
      [],
    );
  };
  return {
    ...world,
    person,
    people: () => {
      assert.ok(people, 'nobody is there');
      return people;
    },
    concluded,
    thwarted: async (ref, message) => {
      const object = await concluded(ref, 'False', message);
      await nothingStolen();
      return object;
    },
    taken: async (ref) => {
      const object = await concluded(ref, 'True');
      const name = textOf(dig(object, 'status', 'secret'));
      const { namespace = '' } = ref;
      const secret = await world.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
      const data = dig(secret, 'data');
      assert.ok(isObject(data));
      return Object.entries(data)
        .map(([key, value]) => `${key}=${Buffer.from(textOf(value), 'base64').toString('utf8')}`)
        .join('\n');
    },
    nothingStolen,
    searched,
  };
}
