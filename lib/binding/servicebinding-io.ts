/**
 * @module The adapter of `servicebinding.io` (v1, v1beta1, v1alpha3).
 */
import type { JsonObject } from '../api/json.ts';
import { groupVersion, SERVICE_BINDING } from '../api/kinds.ts';
import type { ServiceBinding } from '../api/service-binding.ts';
import { type Parsed, parsed } from '../parse/field.ts';
import { parseServiceBinding } from '../parse/service-binding.ts';
import type { Binding, WorkloadReference } from './binding.ts';

function workloadOf({
  apiVersion,
  kind,
  name,
  selector,
}: ServiceBinding['spec']['workload']): WorkloadReference {
  const target = name === undefined ? { selector: selector ?? [] } : { name };
  return { ...groupVersion(apiVersion), kind, target };
}

/** `.status.binding.name` counts only if it was written for the spec as it is now. */
function publishedSecret({ metadata, status }: ServiceBinding): string | undefined {
  return status.observedGeneration === metadata.generation ? status.secretName : undefined;
}

/** The model of a parsed ServiceBinding. The service is looked for in the binding's own namespace only (SB-4). */
function bindingOf(source: ServiceBinding): Binding {
  const { apiVersion, metadata, spec } = source;
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
    workload: workloadOf(spec.workload),
    containers: spec.workload.containers?.length ? new Set(spec.workload.containers) : undefined,
    directory: spec.name ?? metadata.name,
    overrides: {
      ...(spec.type === undefined ? {} : { type: spec.type }),
      ...(spec.provider === undefined ? {} : { provider: spec.provider }),
    },
    env: spec.env,
    publishedSecret: publishedSecret(source),
  };
}

/** From the object as it stands in a file or in the API. */
export function readBinding(object: JsonObject): Parsed<Binding> {
  const source = parseServiceBinding(object);
  return source.ok ? parsed(bindingOf(source.value)) : source;
}
