/**
 * @module Well-known services whose CustomResourceDefinitions tell nothing of binding: the annotations that they would
 * need, as the Service Binding Operator had them built in.
 */
import { type GroupKind, groupKindKey, type GroupVersionKind } from '../api/kinds.ts';

interface Entry {
  readonly versions: readonly string[];
  /** By the part behind `service.binding/`; the empty one is the annotation without a name. */
  readonly items: Readonly<Record<string, string>>;
  /** Says that its Secret is named in `.status.binding.name`, and that there is nothing to bind before that. */
  readonly provisioned?: boolean;
}

const crunchyUser = 'path={.metadata.name}-pguser-{.metadata.name},objectType=Secret';
const mongoUsers = 'path={.spec.secrets.users},objectType=Secret';

/** By group and kind. */
const REGISTRY: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    'redis.redis.opstreelabs.in/Redis',
    {
      versions: ['v1beta1'],
      items: {
        type: 'redis',
        host: 'path={.metadata.name}',
        password:
          'path={.spec.kubernetesConfig.redisSecret.name},objectType=Secret,sourceKey=password,optional=true',
      },
    },
  ],
  [
    'postgres-operator.crunchydata.com/PostgresCluster',
    {
      versions: ['v1beta1'],
      items: {
        type: 'postgresql',
        provider: 'crunchydata',
        '': crunchyUser,
        database: `${crunchyUser},sourceKey=dbname`,
        username: `${crunchyUser},sourceKey=user`,
        cert: 'path={.metadata.name}-cluster-cert,objectType=Secret',
      },
    },
  ],
  [
    'pxc.percona.com/PerconaXtraDBCluster',
    {
      versions: ['v1-8-0', 'v1-9-0', 'v1-10-0'],
      items: {
        type: 'mysql',
        provider: 'percona',
        database: 'mysql',
        '': 'path={.spec.secretsName},objectType=Secret',
        host: 'path={.status.host}',
        port: '3306',
        username: 'root',
        password: 'path={.spec.secretsName},objectType=Secret,sourceKey=root',
      },
    },
  ],
  [
    'psmdb.percona.com/PerconaServerMongoDB',
    {
      versions: ['v1-9-0', 'v1-10-0', 'v1'],
      items: {
        type: 'mongodb',
        provider: 'percona',
        '': mongoUsers,
        username: `${mongoUsers},sourceKey=MONGODB_USER_ADMIN_USER`,
        password: `${mongoUsers},sourceKey=MONGODB_USER_ADMIN_PASSWORD`,
        host: 'path={.status.host}',
      },
    },
  ],
  [
    'postgresql.k8s.enterprisedb.io/Cluster',
    {
      versions: ['v1'],
      items: {
        type: 'postgresql',
        provider: 'enterprisedb',
        host: 'path={.status.writeService}',
        '': 'path={.metadata.name}-{.spec.bootstrap.initdb.owner},objectType=Secret',
        database: 'path={.spec.bootstrap.initdb.database}',
      },
    },
  ],
  ['rabbitmq.com/RabbitmqCluster', { versions: ['v1beta1'], items: {}, provisioned: true }],
]);

export interface Registered {
  /** Annotations with their whole keys. */
  readonly annotations: ReadonlyMap<string, string>;
  readonly provisioned: boolean;
}

/** Whether something is known of a kind, in whatever version. */
export function isWellKnown(kind: GroupKind): boolean {
  return REGISTRY.has(groupKindKey(kind));
}

/** What is known of a kind in one of its versions. */
export function registered(kind: GroupVersionKind): Registered | undefined {
  const entry = REGISTRY.get(groupKindKey(kind));
  if (entry === undefined || !entry.versions.includes(kind.version)) return undefined;
  const annotations = new Map(
    Object.entries(entry.items).map(([name, value]) => [
      name === '' ? 'service.binding' : `service.binding/${name}`,
      value,
    ]),
  );
  return { annotations, provisioned: entry.provisioned ?? false };
}
