/**
 * @module `service.binding/v1alpha2` ClusterApplicationResourceMapping.
 */

export interface ApplicationMappingTemplate {
  /** A version of the application's kind, or `*`. */
  readonly version: string;
  /** JSONPaths of lists of containers (ARM-1); without them, `envs` and `volumeMounts` say where to write (ARM-6). */
  readonly containers?: readonly string[];
  /** JSONPaths of lists of environment variables (ARM-2). */
  readonly envs?: readonly string[];
  /** JSONPaths of lists of volume mounts (ARM-3). */
  readonly volumeMounts?: readonly string[];
  /** JSONPath of the list of volumes (ARM-4). */
  readonly volumes: string;
}

/** The spec of a mapping; `<plural>.<group>` of the mapped resource is its object's name. */
export interface ApplicationMappingSpec {
  readonly versions: readonly ApplicationMappingTemplate[];
}
