/**
 * @module The kinds that cases are about and no API server has by itself, with the role by which people allow them.
 */
import { dig, isObject, type JsonObject, textOf } from '../../lib/api/json.ts';
import { Kinds } from '../../lib/inject/plurals.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import { merge } from '../../lib/testkit/builders.ts';
import { ALL_VERBS, aRole } from '../world.ts';
import type { Case } from '../cases.ts';

/** The groups of Kubernetes, and those that the installation brings; of theirs, one kind is not its own. */
const SERVED =
  /^(?:|apps|batch|[a-z]+\.k8s\.io|servicebinding\.io|service\.binding|binding\.operators\.coreos\.com)$/;

const SCHEMA = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };

export const isDefinition = ({ kind }: JsonObject): boolean => kind === 'CustomResourceDefinition';

/** Of any form. */
export function aKind(group: string, version: string, names: { kind: string; plural: string }): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${names.plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { ...names, singular: names.kind.toLowerCase(), listKind: `${names.kind}List` },
      versions: [{ name: version, served: true, storage: true, schema: SCHEMA }],
    },
  };
}

function kindOf(object: JsonObject, kinds: Kinds): JsonObject | undefined {
  const { group, version, kind } = typeOf(object);
  const isOwn = group === 'operators.coreos.com' && kind === 'ServiceBinding';
  if (SERVED.test(group) || isOwn) return undefined;
  return aKind(group, version, { kind, plural: kinds.pluralOf({ group, kind }).plural });
}

/** A definition that says nothing of binding. */
const plain = (definition: JsonObject): JsonObject => {
  const [version] = dig(definition, 'spec', 'versions') as readonly JsonObject[];
  const names = dig(definition, 'spec', 'names');
  return aKind(textOf(dig(definition, 'spec', 'group')), textOf(version?.['name']), {
    kind: textOf(dig(names, 'kind')),
    plural: textOf(dig(names, 'plural')),
  });
};

/** A definition of a case, whole. */
export const whole = (definition: JsonObject): JsonObject => {
  const base = plain(definition);
  const { labels, annotations } = isObject(definition['metadata']) ? definition['metadata'] : {};
  return merge(base, { metadata: { labels: labels ?? {}, annotations: annotations ?? {} } });
};

/** The definitions of all kinds of all cases, as if no case said anything of them. */
export function plainKinds(cases: readonly Case[]): readonly JsonObject[] {
  const found = cases.flatMap(({ given }) => {
    const kinds = new Kinds(given);
    return given.flatMap((object): readonly JsonObject[] => {
      if (isDefinition(object)) return [plain(object)];
      const kind = kindOf(object, kinds);
      return kind === undefined ? [] : [kind];
    });
  });
  return [...new Map(found.map((each) => [textOf(dig(each, 'metadata', 'name')), each])).values()];
}

/** The installation has roles for these. */
const GRANTED: ReadonlySet<string> = new Set([
  'clusterserviceversions.operators.coreos.com',
  'routes.route.openshift.io',
]);

/** Services are read, workloads are changed as well. */
export const rolesFor = (definitions: readonly JsonObject[]): readonly JsonObject[] =>
  definitions.flatMap((definition): readonly JsonObject[] => {
    const plural = textOf(dig(definition, 'spec', 'names', 'plural'));
    const group = textOf(dig(definition, 'spec', 'group'));
    if (GRANTED.has(`${plural}.${group}`)) return [];
    return [aRole(`case-${plural}.${group}`, group, plural, ALL_VERBS)];
  });
