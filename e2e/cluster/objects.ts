/**
 * @module Objects of an API server by their kind and name: thin helpers that find the REST path of any kind.
 */
import { dig, isObject, own, type Json, type JsonObject } from '../../lib/api/json.ts';
import { restMapper, type PathOf } from './rest-mapper.ts';
import { bodyOf, type RequestOptions, type Rest } from './rest.ts';
import { textAt } from './text-at.ts';
import { waitFor } from './wait-for.ts';

/** Names one object. Without a namespace, one of a namespaced kind is looked for in `default`. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export type Query = Readonly<Record<string, string>>;

export interface WriteOptions {
  /** For example `status`. */
  readonly subresource?: string;
  /** For example `{ dryRun: 'All' }`. */
  readonly query?: Query;
  /** Writes as the holder of this token. */
  readonly token?: string;
}

/** Whatever the API server refuses is thrown as an `ApiError`. */
export interface Objects {
  /**
   * Server-side apply, one after the other, as the field manager `cleat-e2e`, taking over what others own. Before
   * anything else is applied, and before it returns, the CRDs among them are established and discoverable.
   */
  apply(...objects: readonly JsonObject[]): Promise<JsonObject[]>;
  /** The same as another field manager. */
  applyAs(fieldManager: string, ...objects: readonly JsonObject[]): Promise<JsonObject[]>;
  create(object: JsonObject, query?: Query): Promise<JsonObject>;
  /** Undefined if there is no such object. */
  get(ref: ObjectRef): Promise<JsonObject | undefined>;
  list(
    kind: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string },
    query?: Query,
  ): Promise<JsonObject[]>;
  update(object: JsonObject, options?: WriteOptions): Promise<JsonObject>;
  /** A JSON Patch if it is a list of operations, a merge patch if it is an object. */
  patch(ref: ObjectRef, patch: readonly Json[] | JsonObject, options?: WriteOptions): Promise<JsonObject>;
  /** At once, without a grace period. What is not there is as good as removed. */
  remove(ref: ObjectRef): Promise<void>;
  /** The REST path of an object, or of a collection if no name is given; without a namespace, of all namespaces. */
  readonly pathOf: PathOf;
}

/** The reference to an object at hand. */
export function refOf(object: JsonObject): ObjectRef {
  const [apiVersion, kind] = [own(object, 'apiVersion'), own(object, 'kind')];
  const [name, namespace] = [dig(object, 'metadata', 'name'), dig(object, 'metadata', 'namespace')];
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new Error(`no Kubernetes object: ${JSON.stringify(object)}`);
  }
  return {
    apiVersion,
    kind,
    name: typeof name === 'string' ? name : '',
    ...(typeof namespace === 'string' ? { namespace } : {}),
  };
}

export function objectsOf(rest: Rest): Objects {
  const pathOf = restMapper(rest);

  async function call(method: string, path: string, options: RequestOptions = {}): Promise<JsonObject> {
    const body = bodyOf(method, path, await rest.request(method, path, options));
    if (!isObject(body))
      throw new Error(`${method} ${path}: expected an object, got ${JSON.stringify(body)}`);
    return body;
  }

  async function pathFor(ref: ObjectRef, { subresource, query }: WriteOptions = {}): Promise<string> {
    const path = await pathOf({ namespace: 'default', ...ref });
    return withQuery(subresource === undefined ? path : `${path}/${subresource}`, query);
  }

  async function applyOne(object: JsonObject, fieldManager: string): Promise<JsonObject> {
    const path = await pathFor(refOf(object), { query: { fieldManager, force: 'true' } });
    return await call('PATCH', path, { body: object, contentType: 'application/apply-patch+yaml' });
  }

  async function applyAs(fieldManager: string, ...objects: readonly JsonObject[]): Promise<JsonObject[]> {
    const applied: JsonObject[] = [];
    let crds: ObjectRef[] = [];
    for (const object of objects) {
      const isCrd = own(object, 'kind') === 'CustomResourceDefinition';
      if (!isCrd) {
        for (const crd of crds) await established(crd);
        crds = [];
      }
      applied.push(await applyOne(object, fieldManager));
      if (isCrd) crds.push(refOf(object));
    }
    for (const crd of crds) await established(crd);
    return applied;
  }

  async function established(ref: ObjectRef): Promise<void> {
    const path = await pathFor(ref);
    const crd = await waitFor(`${ref.name} to be established`, async () => await call('GET', path), {
      until: (found) => hasCondition(found, 'Established'),
      intervalMs: 20,
    });
    const kind = textAt(crd, 'spec', 'names', 'kind');
    const versions = dig(crd, 'spec', 'versions');
    for (const version of Array.isArray(versions) ? versions : []) {
      if (dig(version, 'served') !== true) continue;
      const apiVersion = `${textAt(crd, 'spec', 'group')}/${textAt(version, 'name')}`;
      await waitFor(`${kind} in ${apiVersion} to be served`, async () => await pathOf({ apiVersion, kind }));
    }
  }

  return {
    applyAs,
    apply: async (...objects) => await applyAs('cleat-e2e', ...objects),
    async create(object, query) {
      const { name: _, ...collection } = refOf(object);
      const path = withQuery(await pathOf({ namespace: 'default', ...collection }), query);
      return await call('POST', path, { body: object });
    },
    async get(ref) {
      const path = await pathFor(ref);
      const response = await rest.request('GET', path);
      if (response.status === 404) return undefined;
      const body = bodyOf('GET', path, response);
      return isObject(body) ? body : undefined;
    },
    async list(kind, query) {
      const items = own(await call('GET', withQuery(await pathOf(kind), query)), 'items');
      if (!Array.isArray(items)) return [];
      // The items of a list come without the type, which each object has by itself.
      const type = { apiVersion: kind.apiVersion, kind: kind.kind };
      return items.filter(isObject).map((item) => Object.assign({}, type, item));
    },
    async update(object, options) {
      return await call('PUT', await pathFor(refOf(object), options), { body: object, ...tokenOf(options) });
    },
    async patch(ref, patch, options) {
      const contentType = `application/${Array.isArray(patch) ? 'json-patch' : 'merge-patch'}+json`;
      return await call('PATCH', await pathFor(ref, options), {
        body: patch,
        contentType,
        ...tokenOf(options),
      });
    },
    async remove(ref) {
      const path = await pathFor(ref, {
        query: { gracePeriodSeconds: '0', propagationPolicy: 'Background' },
      });
      const response = await rest.request('DELETE', path);
      if (response.status !== 404) bodyOf('DELETE', path, response);
    },
    pathOf,
  };
}

function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}

function tokenOf({ token }: WriteOptions = {}): { token?: string } {
  return token === undefined ? {} : { token };
}

function hasCondition(object: JsonObject, type: string): boolean {
  const conditions = dig(object, 'status', 'conditions');
  if (!Array.isArray(conditions)) return false;
  return conditions.some((each: Json) => dig(each, 'type') === type && dig(each, 'status') === 'True');
}
