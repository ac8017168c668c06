/**
 * @module The adapter of `service.binding/v1alpha2`, the draft of the specification.
 */
import type { JsonObject } from '../api/json.ts';
import { DRAFT_SERVICE_BINDING, groupVersion } from '../api/kinds.ts';
import type { DraftServiceBinding, DraftServiceBindingSpec } from '../api/service-binding-v1alpha2.ts';
import { type Parsed, parsed } from '../parse/field.ts';
import { parseDraftServiceBinding } from '../parse/service-binding-v1alpha2.ts';
import type { Binding, ContainerFilter, Derivation } from './binding.ts';
import { mappedItems, NO_PATHS, publishedSecret, specificationWorkload } from './parts.ts';

function containerFilter({
  containers,
}: DraftServiceBindingSpec['application']): ContainerFilter | undefined {
  if (containers === undefined || containers.length === 0) return undefined;
  return {
    names: new Set(containers.filter((container) => typeof container === 'string')),
    indexes: new Set(containers.filter((container) => typeof container === 'number')),
  };
}

/** The overrides are entries of the binding Secret itself here, so that mappings and variables see them. */
function derivation({ type, provider, mappings }: DraftServiceBindingSpec): Derivation {
  return {
    when: 'always',
    ownedResources: false,
    naming: undefined,
    mappings: mappedItems(mappings),
    entries: { ...(type === undefined ? {} : { type }), ...(provider === undefined ? {} : { provider }) },
    secretType: 'typed',
    olderSpellings: false,
    crossesNamespaces: false,
  };
}

function bindingOf(source: DraftServiceBinding): Binding {
  const { apiVersion, metadata, spec } = source;
  const { service, application } = spec;
  return {
    ...metadata,
    type: { ...groupVersion(apiVersion), kind: DRAFT_SERVICE_BINDING.kind },
    services: [
      {
        ...groupVersion(service.apiVersion),
        kind: service.kind,
        name: service.name,
        namespace: metadata.namespace,
      },
    ],
    workload: specificationWorkload(application),
    containers: containerFilter(application),
    directory: spec.name ?? metadata.name,
    overrides: {},
    env: spec.env,
    style: 'projected',
    mappedBy: 'ClusterApplicationResourceMapping',
    needsPodSpec: true,
    paths: NO_PATHS,
    derivation: derivation(spec),
    reporting: 'specification',
    publishedSecret: publishedSecret(source),
    succession: undefined,
    formerSecret: source.status.secretName,
  };
}

/** From the object as it stands in a file or in the API. */
export function readDraftServiceBinding(object: JsonObject): Parsed<Binding> {
  const source = parseDraftServiceBinding(object);
  return source.ok ? parsed(bindingOf(source.value)) : source;
}
