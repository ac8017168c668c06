/**
 * @module The adapter of `servicebinding.io` (v1, v1beta1, v1alpha3).
 */
import type { JsonObject } from '../api/json.ts';
import { groupVersion, SERVICE_BINDING } from '../api/kinds.ts';
import type { ServiceBinding } from '../api/service-binding.ts';
import { type Parsed, parsed } from '../parse/field.ts';
import { parseServiceBinding } from '../parse/service-binding.ts';
import type { Binding, Derivation } from './binding.ts';
import { NO_PATHS, publishedSecret, specificationWorkload } from './parts.ts';
import { successionOf } from './succession.ts';

/** The draft extension: Secrets are made where a service publishes none and its annotations tell how. */
export const ON_DEMAND: Derivation = {
  when: 'on demand',
  ownedResources: false,
  naming: undefined,
  mappings: [],
  entries: {},
  secretType: 'Opaque',
  olderSpellings: false,
  crossesNamespaces: false,
};

const NO_INDEXES: ReadonlySet<number> = new Set();

/** The model of a parsed ServiceBinding. The service is looked for in the binding's own namespace only (SB-4). */
function bindingOf(source: ServiceBinding): Binding {
  const { apiVersion, metadata, spec } = source;
  const { containers } = spec.workload;
  return {
    ...metadata,
    type: { ...groupVersion(apiVersion), kind: SERVICE_BINDING.kind },
    services: [
      {
        ...groupVersion(spec.service.apiVersion),
        kind: spec.service.kind,
        name: spec.service.name,
        namespace: metadata.namespace,
      },
    ],
    workload: specificationWorkload(spec.workload),
    containers: containers?.length ? { names: new Set(containers), indexes: NO_INDEXES } : undefined,
    directory: spec.name ?? metadata.name,
    overrides: {
      ...(spec.type === undefined ? {} : { type: spec.type }),
      ...(spec.provider === undefined ? {} : { provider: spec.provider }),
    },
    env: spec.env,
    style: 'projected',
    mappedBy: 'ClusterWorkloadResourceMapping',
    needsPodSpec: false,
    paths: NO_PATHS,
    derivation: ON_DEMAND,
    reporting: 'specification',
    publishedSecret: publishedSecret(source),
    succession: undefined,
    formerSecret: source.status.secretName,
  };
}

/** From the object as it stands in a file or in the API. */
export function readServiceBinding(object: JsonObject): Parsed<Binding> {
  const source = parseServiceBinding(object);
  if (!source.ok) return source;
  const binding = bindingOf(source.value);
  const succession = successionOf(object);
  return parsed(succession === undefined ? binding : { ...binding, succession });
}
