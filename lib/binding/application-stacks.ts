/**
 * @module The adapter of `operators.coreos.com/v1alpha1`: the application-stacks text, with the fields that the Service
 * Binding Operator 0.3 gave its API. `bindingRole`, which the text allows to enforce (OLD-7), is an item like any other
 * and is not enforced: whoever may create Pods in the namespace can read its Secrets anyway.
 */
import type { StacksBinding, StacksBindingSpec, StacksService } from '../api/application-stacks.ts';
import type { JsonObject } from '../api/json.ts';
import { APPLICATION_STACKS_SERVICE_BINDING, groupVersion } from '../api/kinds.ts';
import { parseStacksBinding } from '../parse/application-stacks.ts';
import { type Parsed, parsed } from '../parse/field.ts';
import type { Binding, BoundService, Derivation, PublishedSecret, WorkloadReference } from './binding.ts';
import {
  mappedItems,
  NO_PATHS,
  operatorWorkload,
  pathsOf,
  publishedSecret,
  typeOfReference,
} from './parts.ts';

/** OLD-12. */
const MOUNT_PATH_PREFIX = 'platform';

/** What there is to bind where no application is named. */
const NO_WORKLOAD: WorkloadReference = { group: '', version: '', kind: '', target: { nothing: true } };

function derivation({ envVarPrefix, mountPathPrefix, bindAs, ...spec }: StacksBindingSpec): Derivation {
  return {
    when: 'always',
    ownedResources: spec.detectBindingResources,
    naming: undefined,
    mappings: mappedItems(spec.mappings),
    entries: {},
    secretType: 'Opaque',
    placement: { bindAs, prefix: envVarPrefix, mountPathPrefix: mountPathPrefix ?? MOUNT_PATH_PREFIX },
    olderSpellings: true,
    crossesNamespaces: false,
  };
}

function serviceOf(service: StacksService, namespace: string): BoundService {
  const { name, id, envVarPrefix, mountPathPrefix } = service;
  return {
    ...typeOfReference(service),
    name,
    namespace,
    ...(id === undefined ? {} : { id }),
    ...(envVarPrefix === undefined ? {} : { prefix: envVarPrefix }),
    ...(mountPathPrefix === undefined ? {} : { mountPathPrefix }),
  };
}

/** Without the keys it is not known what goes where, so that nothing is published. */
function publishedItems(source: StacksBinding): PublishedSecret | undefined {
  const { bindingKeys } = source.status;
  return bindingKeys && publishedSecret(source, bindingKeys);
}

function bindingOf(source: StacksBinding): Binding {
  const { apiVersion, metadata, spec } = source;
  const { application } = spec;
  return {
    ...metadata,
    type: { ...groupVersion(apiVersion), kind: APPLICATION_STACKS_SERVICE_BINDING.kind },
    services: spec.services.map((service) => serviceOf(service, metadata.namespace)),
    workload: application === undefined ? NO_WORKLOAD : operatorWorkload(application),
    containers: undefined,
    directory: metadata.name,
    overrides: {},
    env: [],
    style: 'itemised',
    mappedBy: 'ClusterWorkloadResourceMapping',
    needsPodSpec: false,
    paths: application === undefined ? NO_PATHS : pathsOf(application),
    derivation: derivation(spec),
    reporting: 'operator',
    publishedSecret: publishedItems(source),
    succession: undefined,
    formerSecret: source.status.secretName,
  };
}

/** From the object as it stands in a file or in the API. */
export function readStacksBinding(object: JsonObject): Parsed<Binding> {
  const source = parseStacksBinding(object);
  return source.ok ? parsed(bindingOf(source.value)) : source;
}
