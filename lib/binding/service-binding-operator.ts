/**
 * @module The adapter of `binding.operators.coreos.com/v1alpha1`: the Service Binding Operator's own API.
 */
import type { JsonObject } from '../api/json.ts';
import { groupVersion, OPERATOR_SERVICE_BINDING } from '../api/kinds.ts';
import type {
  OperatorBinding,
  OperatorBindingSpec,
  OperatorService,
} from '../api/service-binding-operator.ts';
import { type Parsed, parsed } from '../parse/field.ts';
import { parseOperatorBinding } from '../parse/service-binding-operator.ts';
import type { Binding, BoundService, Derivation } from './binding.ts';
import { mappedItems, operatorWorkload, pathsOf, publishedSecret, typeOfReference } from './parts.ts';

/** The strategies that have a name; undefined leaves the names as they are. */
const STRATEGIES: ReadonlyMap<string, string | undefined> = new Map([
  ['none', undefined],
  ['lowercase', '{{ .name | lower }}'],
  ['uppercase', '{{ .service.kind | upper }}_{{ .name | upper }}'],
]);

/** Whatever is no strategy's name is the text of a template. Variables are named in upper case by default. */
function naming({ namingStrategy, bindAsFiles }: OperatorBindingSpec): string | undefined {
  const strategy = namingStrategy ?? (bindAsFiles ? 'none' : 'uppercase');
  return STRATEGIES.has(strategy) ? STRATEGIES.get(strategy) : strategy;
}

function derivation(spec: OperatorBindingSpec): Derivation {
  return {
    when: 'always',
    ownedResources: spec.detectBindingResources,
    naming: naming(spec),
    mappings: mappedItems(spec.mappings),
    entries: {},
    secretType: 'Opaque',
    olderSpellings: false,
    crossesNamespaces: true,
  };
}

const serviceOf = (service: OperatorService, own: string): BoundService => ({
  ...typeOfReference(service),
  name: service.name,
  namespace: service.namespace ?? own,
  ...(service.id === undefined ? {} : { id: service.id }),
});

function bindingOf(source: OperatorBinding): Binding {
  const { apiVersion, metadata, spec } = source;
  return {
    ...metadata,
    type: { ...groupVersion(apiVersion), kind: OPERATOR_SERVICE_BINDING.kind },
    services: spec.services.map((service) => serviceOf(service, metadata.namespace)),
    workload: operatorWorkload(spec.application),
    containers: undefined,
    directory: spec.name ?? metadata.name,
    overrides: {},
    env: [],
    style: spec.bindAsFiles ? 'secret-volume' : 'env-from',
    mappedBy: 'ClusterWorkloadResourceMapping',
    needsPodSpec: false,
    paths: pathsOf(spec.application),
    derivation: derivation(spec),
    reporting: 'operator',
    publishedSecret: publishedSecret(source),
    succession: undefined,
    formerSecret: source.status.secretName,
  };
}

/** From the object as it stands in a file or in the API. */
export function readOperatorBinding(object: JsonObject): Parsed<Binding> {
  const source = parseOperatorBinding(object);
  return source.ok ? parsed(bindingOf(source.value)) : source;
}
