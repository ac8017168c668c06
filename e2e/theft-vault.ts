/**
 * @module What there is to steal, who may read it, and who would like to.
 */
import type { JsonObject } from '../lib/api/json.ts';
import { toBase64 } from '../lib/patch/base64.ts';
import { GROUP } from './requester-objects.ts';
import { WORKER } from './world.ts';

/** Closed to Mallory. */
export const VAULT = 'vault';
/** Hers. */
export const MALLORY = 'mallory';
/** Of those who may read the vault; she may read the bindings in it. */
export const TRUSTED = 'trusted';

/** The values, which stand nowhere else. */
export const CROWN = { username: 'cullinan5hd3fgy6skc1xzqv0', password: 'kohinoor9zqx7vw4plr2tb8njm' };
export const OWNED = { secret: 'sancy7mt4wqk9xbz2rvh6cpd', configMap: 'regent3ny8fjl5gsd1uxo0aeq' };
/** What a service in the vault says of itself. */
export const SAID = 'hopediamond2bqr8vwy5xkz9mpt';
export const ALL_MARKS: readonly string[] = [...Object.values(CROWN), ...Object.values(OWNED), SAID];

export const aSecret = (
  namespace: string,
  name: string,
  data: Readonly<Record<string, string>>,
  metadata: JsonObject = {},
): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace, ...metadata },
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, toBase64(value)])),
});

/** A service of a kind that anybody may annotate, with somewhere for its annotations to lead. */
export const aService = (
  namespace: string,
  name: string,
  annotations: JsonObject,
  metadata: JsonObject = {},
): JsonObject => ({ ...WORKER, metadata: { name, namespace, annotations, ...metadata } });

/** Annotations by which a service gives all of a Secret. */
export const leadingTo = (secret: string): JsonObject => ({
  to: secret,
  'service.binding': 'path={.metadata.annotations.to},objectType=Secret',
});

export const owner = (name: string, uid: string): JsonObject => ({ ...WORKER, name, uid });

/** All but what the service `keeper` owns, which needs its uid. */
export const TREASURE: readonly JsonObject[] = [
  aSecret(VAULT, 'crown', CROWN),
  aService(VAULT, 'signpost', leadingTo('crown')),
  aService(VAULT, 'talker', { said: SAID, 'service.binding/said': 'path={.metadata.annotations.said}' }),
  aService(VAULT, 'keeper', {}),
  {
    apiVersion: 'example.com/v1',
    kind: 'Database',
    metadata: { name: 'publisher', namespace: VAULT },
    status: { binding: { name: 'crown' } },
  },
];

export const ownedBy = (uid: string): readonly JsonObject[] => {
  const ownerReferences = [owner('keeper', uid)];
  return [
    aSecret(VAULT, 'kept', { secret: OWNED.secret }, { ownerReferences }),
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: VAULT, ownerReferences },
      data: { configMap: OWNED.configMap },
    },
  ];
};

const RBAC = 'rbac.authorization.k8s.io';
interface Grant {
  readonly rules: readonly (readonly [group: string, resources: readonly string[]])[];
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
}

/** A role, and the groups that have it. */
export function aGrant(namespace: string, name: string, { rules, verbs, groups }: Grant): JsonObject[] {
  const metadata = { name, namespace };
  const subjects = groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group }));
  return [
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'Role',
      metadata,
      rules: rules.map(([group, resources]) => ({ apiGroups: [group], resources, verbs })),
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects,
    },
  ];
}

/** The groups that people are in. */
export const TEAM = { mallory: 'team-mallory', trusted: 'team-trusted', clerks: 'clerks' } as const;
export const READS = { all: 'reads-all', services: 'reads-services' } as const;

const ALL = ['*'];
const GET = ['get'];
export const GRANTS: readonly JsonObject[] = [
  ...aGrant(MALLORY, 'everything', { rules: [['*', ALL]], verbs: ALL, groups: [TEAM.mallory] }),
  ...aGrant(TRUSTED, 'everything', { rules: [['*', ALL]], verbs: ALL, groups: [TEAM.trusted] }),
  ...aGrant(TRUSTED, 'lookers', {
    rules: [[GROUP, ['servicebindings']]],
    verbs: ['get', 'list', 'watch'],
    groups: [TEAM.mallory],
  }),
  // They write bindings, and no workloads.
  ...aGrant(TRUSTED, 'clerks', { rules: [[GROUP, ['servicebindings']]], verbs: ALL, groups: [TEAM.clerks] }),
  ...aGrant(VAULT, 'services', {
    rules: [['example.com', ALL]],
    verbs: GET,
    groups: [READS.all, READS.services],
  }),
  ...aGrant(VAULT, 'secrets', { rules: [['', ['secrets', 'configmaps']]], verbs: GET, groups: [READS.all] }),
];
