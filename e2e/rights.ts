/**
 * @module What the roles of an installation grant to Cleat, and what of it a log of its requests shows to be used.
 */
import assert from 'node:assert/strict';
import { dig, isList, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import { auditEvents } from './audit.ts';
import type { Objects } from './cluster/objects.ts';
import { refOf } from './cluster/objects.ts';

/** Given to everybody by Kubernetes itself: discovery, and questions about one's own rights. */
const EVERYBODYS = /^(?:\/api|selfsubjectaccessreviews)/;

const texts = (value: Json | undefined): readonly string[] =>
  isList(value) ? value.filter((item) => typeof item === 'string') : [];
const list = (object: JsonObject, key: string): readonly JsonObject[] =>
  (isList(object[key]) ? object[key] : []) as readonly JsonObject[];

/** `verb group/resource name`, the name only where a role grants by name. */
export type Right = string;

function rightsOf(rule: JsonObject): readonly Right[] {
  const names = texts(rule['resourceNames']);
  const resources = texts(rule['apiGroups']).flatMap((group) =>
    texts(rule['resources']).map((resource) => `${group}/${resource}`),
  );
  return texts(rule['verbs']).flatMap((verb) =>
    resources.flatMap((resource) =>
      (names.length === 0 ? [''] : names).map((name) => [verb, resource, name].join(' ').trim()),
    ),
  );
}

/** All that an installation grants to Cleat's ServiceAccount, through aggregation too. */
export async function granted(
  cluster: Pick<Objects, 'get'>,
  own: readonly JsonObject[],
): Promise<ReadonlySet<Right>> {
  const bound = new Set(
    own
      .filter(
        ({ kind, subjects }) =>
          textOf(kind).endsWith('RoleBinding') && JSON.stringify(subjects).includes('"cleat"'),
      )
      .map((binding) => textOf(dig(binding, 'roleRef', 'name'))),
  );
  const collected = (role: JsonObject): boolean =>
    dig(role, 'metadata', 'labels', 'servicebinding.io/controller') === 'true';
  const rights = new Set<Right>();
  for (const role of own.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')) {
    if (!bound.has(refOf(role).name) && !collected(role)) continue;
    const live = await cluster.get(refOf(role));
    assert.ok(live, `${refOf(role).name} is installed`);
    if (dig(role, 'aggregationRule') !== undefined) continue;
    for (const rule of list(live, 'rules')) for (const right of rightsOf(rule)) rights.add(right);
  }
  return rights;
}

export interface Request {
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
  readonly status: number;
  readonly uri: string;
}

async function allRequests(log: string): Promise<readonly Request[]> {
  return (await auditEvents(log)).map((event): Request => {
    const reference = dig(event, 'objectRef');
    const resource = [textOf(dig(reference, 'resource')), textOf(dig(reference, 'subresource'))]
      .filter((part) => part !== '')
      .join('/');
    const status = dig(event, 'responseStatus', 'code');
    const uri = textOf(dig(event, 'requestURI'));
    // A list or watch of one object names it in its field selector.
    const selected = /fieldSelector=metadata\.name(?:%3D|=)([^&]+)/.exec(uri)?.[1] ?? '';
    return {
      verb: textOf(dig(event, 'verb')),
      resource: `${textOf(dig(reference, 'apiGroup'))}/${resource}`,
      name: textOf(dig(reference, 'name')) || selected,
      status: typeof status === 'number' ? status : 0,
      uri,
    };
  });
}

/** All but what everybody may ask. */
export async function requests(log: string): Promise<readonly Request[]> {
  return (await allRequests(log)).filter(
    ({ uri, resource }) =>
      !(EVERYBODYS.test(resource.split('/')[1] ?? '') || (resource === '/' && uri.startsWith('/api'))),
  );
}

/** What was refused more than once: the API server reads its roles a moment after they were applied. */
export function refused(all: readonly Request[]): readonly string[] {
  const forbidden = all.filter(({ status }) => status === 403).map(({ verb, uri }) => `${verb} ${uri}`);
  return forbidden.filter((request) => forbidden.indexOf(request) !== forbidden.lastIndexOf(request));
}

/** Those that no request has used, sorted. */
export function unused(rights: Iterable<Right>, all: readonly Request[]): readonly Right[] {
  const used = new Set(
    all.flatMap(({ verb, resource, name }) => [`${verb} ${resource}`, `${verb} ${resource} ${name}`]),
  );
  return [...rights].filter((right) => !used.has(right)).sort();
}
