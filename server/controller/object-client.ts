/**
 * @module Reading and patching single objects. A patch also replaces `metadata.resourceVersion` by the one that was read, so
 * that a change of somebody else in between shows as a conflict, and no field that Cleat does not know is lost.
 */
import { resourceVersionOf } from '../../lib/parse/meta.ts';
import type { PatchOperation } from '../../lib/api/admission.ts';
import { isObject, type Json, type JsonObject, listAt } from '../../lib/api/json.ts';
import { type ApiResource, pathOf } from '../kube/discovery.ts';
import { ApiError, hasStatus, TransportError } from '../kube/errors.ts';
import type { Transport } from '../kube/transport.ts';

export interface ObjectPlace {
  readonly resource: Pick<ApiResource, 'group' | 'version' | 'plural'>;
  readonly namespace: string;
  readonly name: string;
  readonly subresource?: 'status';
}

/** Shows in managedFields, for those who ask who wrote what. */
const FIELD_MANAGER = 'cleat';

const JSON_PATCH = 'application/json-patch+json';

/** `{op, path, value}` as plain JSON. */
const toJson = ({ op, path, value }: PatchOperation): JsonObject =>
  value === undefined ? { op, path } : { op, path, value };

export class NotLeading extends Error {
  override readonly name = 'NotLeading';
}

export interface ObjectClientOptions {
  readonly transport: Pick<Transport, 'request'>;
  /** Asked just before each write: who has lost the lease does not write any more. */
  readonly mayWrite: () => boolean;
}

export class ObjectClient {
  readonly #options: ObjectClientOptions;

  constructor(options: ObjectClientOptions) {
    this.#options = options;
  }

  mayWrite(): boolean {
    return this.#options.mayWrite();
  }

  async get(place: ObjectPlace): Promise<JsonObject> {
    return object(pathTo(place), await this.#options.transport.request('GET', pathTo(place)));
  }

  /** Deletes it in the state that is told. */
  async remove(
    place: ObjectPlace,
    preconditions: { readonly uid: string; readonly resourceVersion: string },
  ): Promise<void> {
    if (!this.mayWrite()) throw new NotLeading('the lease is lost');
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    await this.#options.transport.request('DELETE', pathTo(place), { body });
  }

  /** The object as it was stored. Throws {@link NotLeading} instead of writing without the lease. */
  async create({ resource, namespace }: Omit<ObjectPlace, 'name'>, body: JsonObject): Promise<JsonObject> {
    if (!this.mayWrite()) throw new NotLeading('the lease is lost');
    const path = pathOf(resource, namespace);
    return object(
      path,
      await this.#options.transport.request('POST', path, { query: { fieldManager: FIELD_MANAGER }, body }),
    );
  }

  /** The object as it is afterwards. Throws {@link NotLeading} instead of writing without the lease. */
  async patch(
    place: ObjectPlace,
    operations: readonly PatchOperation[],
    resourceVersion: string,
  ): Promise<JsonObject> {
    if (!this.mayWrite()) throw new NotLeading('the lease is lost');
    const pinned: PatchOperation = {
      op: 'replace',
      path: '/metadata/resourceVersion',
      value: resourceVersion,
    };
    const path = pathTo(place);
    try {
      const answer = await this.#options.transport.request('PATCH', path, {
        query: { fieldManager: FIELD_MANAGER },
        contentType: JSON_PATCH,
        body: [...operations, pinned].map(toJson),
      });
      return object(path, answer);
    } catch (error) {
      throw hasStatus(error, 422) ? await this.#staleOr(error, place, resourceVersion) : error;
    }
  }

  /**
   * The API server applies a patch before it compares versions: one that no longer fits the object is called invalid, as is
   * one whose result may not be stored. Which it was, the object tells.
   */
  async #staleOr(invalid: ApiError, place: ObjectPlace, resourceVersion: string): Promise<unknown> {
    const what = `PATCH ${pathTo(place)}`;
    try {
      const version = await this.#versionNow(place);
      if (version === resourceVersion) return invalid;
      return version === undefined
        ? new ApiError({ status: 404, reason: 'NotFound', message: `${what}: it is gone` })
        : new ApiError({ status: 409, reason: 'Conflict', message: `${what}: it was changed meanwhile` });
    } catch (error) {
      return hasStatus(error, 403) ? invalid : error;
    }
  }

  /** Undefined if it is gone. Some of what Cleat writes it may list, and not get. */
  async #versionNow({ resource, namespace, name }: ObjectPlace): Promise<string | undefined> {
    try {
      return resourceVersionOf(await this.get({ resource, namespace, name }));
    } catch (error) {
      if (!hasStatus(error, 403)) throw error;
    }
    const query = { fieldSelector: `metadata.name=${name}` };
    const list = await this.#options.transport.request('GET', pathOf(resource, namespace), { query });
    return listAt(list, 'items').map(resourceVersionOf)[0];
  }
}

function pathTo({ resource, namespace, name, subresource }: ObjectPlace): string {
  const path = `${pathOf(resource, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function object(path: string, value: Json): JsonObject {
  if (isObject(value)) return value;
  throw new TransportError('unreadable', `${path}: the answer is no object`);
}
