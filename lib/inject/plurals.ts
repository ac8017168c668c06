/**
 * @module The plural of a kind where no API server can be asked.
 */
import { dig, isObject, type JsonObject, textOf } from '../api/json.ts';
import { type GroupKind, groupKindKey } from '../api/kinds.ts';
import { typeOf } from '../parse/meta.ts';

/** The kinds that most clusters have; their plurals are mostly regular, but that has to be known, not guessed. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['/Pod', 'pods'],
  ['/ReplicationController', 'replicationcontrollers'],
  ['/PodTemplate', 'podtemplates'],
  ['/Secret', 'secrets'],
  ['/ConfigMap', 'configmaps'],
  ['/Service', 'services'],
  ['networking.k8s.io/Ingress', 'ingresses'],
  ['route.openshift.io/Route', 'routes'],
  ['apps.openshift.io/DeploymentConfig', 'deploymentconfigs'],
  ['apps/DaemonSet', 'daemonsets'],
  ['apps/Deployment', 'deployments'],
  ['apps/ReplicaSet', 'replicasets'],
  ['apps/StatefulSet', 'statefulsets'],
  ['batch/CronJob', 'cronjobs'],
  ['batch/Job', 'jobs'],
  ['serving.knative.dev/Service', 'services'],
  ['serving.knative.dev/Configuration', 'configurations'],
]);

export interface Plural {
  readonly plural: string;
  /** True where nothing but the kind's name was there to go by. */
  readonly guessed: boolean;
}

const resourceKey = (group: string, plural: string): string => `${plural}.${group}`;

/** The other way round. */
const BUILT_IN_KINDS: ReadonlyMap<string, string> = new Map(
  [...BUILT_IN].map(([key, plural]) => {
    const [group = '', kind = ''] = key.split('/');
    return [resourceKey(group, plural), kind];
  }),
);

export class Kinds {
  readonly #plurals = new Map<string, string>();
  readonly #kinds = new Map<string, string>();
  readonly #clusterScoped = new Set<string>();

  /** Learns the kinds that CustomResourceDefinitions among the objects declare. */
  constructor(objects: readonly JsonObject[]) {
    for (const object of objects) {
      const { group, kind } = typeOf(object);
      if (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition') this.#learn(object);
    }
  }

  #learn(definition: JsonObject): void {
    const names = dig(definition, 'spec', 'names');
    if (!isObject(names)) return;
    const key = groupKindKey({
      group: textOf(dig(definition, 'spec', 'group')),
      kind: textOf(names['kind']),
    });
    const plural = textOf(names['plural']);
    if (plural !== '') this.#plurals.set(key, plural);
    this.#kinds.set(resourceKey(textOf(dig(definition, 'spec', 'group')), plural), textOf(names['kind']));
    if (dig(definition, 'spec', 'scope') === 'Cluster') this.#clusterScoped.add(key);
  }

  isClusterScoped(groupKind: string): boolean {
    return this.#clusterScoped.has(groupKind);
  }

  /** Undefined for a plural that nobody has declared. */
  kindOf(group: string, plural: string): string | undefined {
    const key = resourceKey(group, plural);
    return BUILT_IN_KINDS.get(key) ?? this.#kinds.get(key);
  }

  pluralOf(kind: GroupKind): Plural {
    const key = groupKindKey(kind);
    const plural = BUILT_IN.get(key) ?? this.#plurals.get(key);
    return plural === undefined
      ? { plural: `${kind.kind.toLowerCase()}s`, guessed: true }
      : { plural, guessed: false };
  }
}
