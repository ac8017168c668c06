/**
 * @module The plural of a kind where no API server can be asked.
 */
import { dig, isObject, type JsonObject, textOf } from '../api/json.ts';
import { type GroupKind, groupKindKey } from '../api/kinds.ts';
import { typeOf } from '../parse/meta.ts';

/** The workload kinds that every cluster has; their plurals are regular, but that has to be known, not guessed. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([
  ['/Pod', 'pods'],
  ['/ReplicationController', 'replicationcontrollers'],
  ['/PodTemplate', 'podtemplates'],
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

export class Kinds {
  readonly #plurals = new Map<string, string>();
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
    if (dig(definition, 'spec', 'scope') === 'Cluster') this.#clusterScoped.add(key);
  }

  isClusterScoped(groupKind: string): boolean {
    return this.#clusterScoped.has(groupKind);
  }

  pluralOf(kind: GroupKind): Plural {
    const key = groupKindKey(kind);
    const plural = BUILT_IN.get(key) ?? this.#plurals.get(key);
    return plural === undefined
      ? { plural: `${kind.kind.toLowerCase()}s`, guessed: true }
      : { plural, guessed: false };
  }
}
