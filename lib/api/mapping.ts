/**
 * @module How workloads of a kind are mapped: what `servicebinding.io` ClusterWorkloadResourceMapping says, with every
 * default filled in (WRM-9, 11, 13, 18, 20), and what the other APIs' mappings are translated to.
 */

export interface MappingContainer {
  /** JSONPath to the container-like objects (WRM-14). */
  readonly path: string;
  /** Fixed JSONPath to a container's name; without it a container filter does not apply (WRM-29). */
  readonly name?: string;
  /** Undefined where there is no such list: a ClusterApplicationResourceMapping may name only one of the two (ARM-2, 3). */
  readonly env: string | undefined;
  readonly volumeMounts: string | undefined;
  /** Whether integers of a container filter count the places of this path (SB-17, ARM-10). */
  readonly indexed?: boolean;
}

export interface MappingTemplate {
  /** A version of the workload's kind, or `*` (WRM-7). */
  readonly version: string;
  /** Undefined where nobody says where the Pod template's are. */
  readonly annotations: string | undefined;
  readonly containers: readonly MappingContainer[];
  readonly volumes: string;
}

/** The spec of a mapping; `<plural>.<group>` of the mapped resource is its object's name (WRM-4). */
export interface MappingSpec {
  readonly versions: readonly MappingTemplate[];
}

/** `Fixed JSONPath` defaults: those of a PodSpec-able resource (WRM-25). */
export const MappingDefault = {
  annotations: '.spec.template.metadata.annotations',
  env: '.env',
  volumeMounts: '.volumeMounts',
  volumes: '.spec.template.spec.volumes',
} as const;

/** The two container paths of a pod template that stands at `prefix` (`.spec.template.spec`). */
export function podSpecContainers(prefix: string): readonly MappingContainer[] {
  return ['initContainers', 'containers'].map((list) => ({
    path: `${prefix}.${list}[*]`,
    name: '.name',
    env: MappingDefault.env,
    volumeMounts: MappingDefault.volumeMounts,
    indexed: list === 'containers',
  }));
}

/** How a PodSpec-able resource is mapped when nothing else says so (WRM-11, WRM-25). */
export const POD_SPEC_ABLE: MappingTemplate = {
  version: '*',
  annotations: MappingDefault.annotations,
  containers: podSpecContainers('.spec.template.spec'),
  volumes: MappingDefault.volumes,
};
