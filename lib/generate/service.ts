/**
 * @module The services of a binding, as they are found.
 */
import { dig, textOf, type JsonObject } from '../api/json.ts';
import { SECRET } from '../api/kinds.ts';
import type { Binding, BoundService } from '../binding/binding.ts';
import { describeObject, fail, failAbsent, failDenied } from './failure.ts';
import type { SourceReference, SourceState } from './generation.ts';
import { objectSource, type Making, type Reader } from './reader.ts';

export interface Service {
  readonly reference: BoundService;
  readonly object: JsonObject;
  /** From the object: the binding may have named the resource instead. */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** As messages name it. */
  readonly title: string;
  readonly isSecret: boolean;
  /** Its CustomResourceDefinition. */
  readonly definition: JsonObject | undefined;
  /** Those in its namespace. */
  readonly clusterServiceVersions: readonly JsonObject[];
}

/** A megabyte of binding could name twenty thousand, for each of which three things are read. */
const maxServices = 1000;

export function* readServices(binding: Binding, reader: Reader): Making<readonly Service[]> {
  const references = binding.services;
  if (references.length > maxServices) {
    fail(
      'service',
      `${describeObject({ ...binding, kind: binding.type.kind })} names ${references.length} services; bind at most ${maxServices} with one binding`,
    );
  }
  for (const reference of references) checkNamespace(reference, binding);
  const states = (yield* reader.read(references.flatMap(sourcesOf))).values();
  const parts = references.map((reference) => {
    const [object, definition, descriptors] = sourcesOf(reference).map(() => states.next().value);
    return { reference, object: foundService(reference, object, definition), definition, descriptors };
  });
  return parts.map(({ reference, object, definition, descriptors }) =>
    serviceOf(reference, object, {
      definition: foundDefinitions(reference, definition)[0],
      clusterServiceVersions: foundDefinitions(reference, descriptors),
    }),
  );
}

function checkNamespace(reference: BoundService, { namespace, derivation }: Binding): void {
  if (reference.namespace === namespace || derivation.crossesNamespaces) return;
  failAbsent(
    `${titleOf(reference)} is not in the namespace of the binding, ${namespace}; a service has to be there`,
  );
}

/** Nothing of the core group is defined by anybody. */
function sourcesOf(reference: BoundService): readonly SourceReference[] {
  const { group, version, kind, resource, namespace } = reference;
  const place = resource === undefined ? {} : { resource };
  const object: SourceReference = { ...objectSource(reference), ...place };
  if (group === '') return [object];
  return [
    object,
    { source: 'definition', group, version, kind, ...place },
    { source: 'descriptors', namespace },
  ];
}

function titleOf({ kind, resource, namespace, name }: BoundService): string {
  return describeObject({ kind: kind === '' ? (resource ?? 'object') : kind, namespace, name });
}

function foundService(
  reference: BoundService,
  state: SourceState | undefined,
  definition: SourceState | undefined,
): JsonObject {
  if (state?.state === 'denied') failDenied('service', state.message);
  const object = state?.state === 'found' ? state.objects[0] : undefined;
  if (object !== undefined) return object;
  const [defined] = definition?.state === 'found' ? definition.objects : [];
  if (dig(defined, 'spec', 'scope') === 'Cluster') {
    failAbsent(
      `${titleOf(reference)} cannot be there: objects of its kind are in no namespace, and only those in one can be bound`,
    );
  }
  failAbsent(`${titleOf(reference)} was not found; create it, or correct the reference to it in the binding`);
}

function foundDefinitions(reference: BoundService, state: SourceState | undefined): readonly JsonObject[] {
  if (state?.state === 'denied') failDenied('definition', `${titleOf(reference)}: ${state.message}`);
  return state?.state === 'found' ? state.objects : [];
}

function serviceOf(
  reference: BoundService,
  object: JsonObject,
  more: Pick<Service, 'definition' | 'clusterServiceVersions'>,
): Service {
  const kind = textOf(dig(object, 'kind')) || reference.kind;
  const { group, version, namespace, name } = reference;
  const isSecret = group === SECRET.group && version === SECRET.version && kind === SECRET.kind;
  return {
    reference,
    object,
    kind,
    name,
    namespace,
    title: describeObject({ kind, namespace, name }),
    isSecret,
    ...more,
  };
}
