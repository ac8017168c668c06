/**
 * @module Reads what Secrets are made from, as far as Cleat and the requester of the binding may, and notes what was read.
 */
import { resourceVersionOf } from '../../../lib/parse/meta.ts';
import { dig, isObject, type JsonObject, textOf } from '../../../lib/api/json.ts';
import {
  apiVersionOf,
  CLUSTER_SERVICE_VERSION,
  CUSTOM_RESOURCE_DEFINITION,
  type GroupKind,
} from '../../../lib/api/kinds.ts';
import { isOwnedBy } from '../../../lib/api/owners.ts';
import type { Requester } from '../../../lib/api/requester.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import type { SourceReference, SourceState } from '../../../lib/generate/generation.ts';
import { maxOwned } from '../../../lib/generate/owned.ts';
import { parseExactly } from '../../../lib/api/exact-json.ts';
import { isObjectName } from '../../../lib/api/object-name.ts';
import { lacksRight, type Right, unknownRequester } from '../../../lib/requester/messages.ts';
import { type ApiResource, pathOf, type RestMapper } from '../../kube/discovery.ts';
import { ApiError, isPassing } from '../../kube/errors.ts';
import { pagesOf } from '../../kube/list.ts';
import { LIMITS } from '../../kube/reflector-options.ts';
import type { Transport } from '../../kube/transport.ts';
import type { RequesterAccess } from '../../requester/requester-access.ts';
import { type Dependency, type DependencyKey, onAll, onObject, onOwned } from './dependencies.ts';
import type { ServiceVersions } from './service-versions.ts';
import { explained, inTrouble, titleOf } from './unread.ts';

export interface SourceReaderOptions {
  readonly transport: Pick<Transport, 'read'>;
  readonly mapper: Pick<RestMapper, 'resolve' | 'resolvePlural'>;
  readonly access: Pick<RequesterAccess, 'allowed'>;
  /** Undefined if ClusterServiceVersions are not to be read. */
  readonly serviceVersions: Pick<ServiceVersions, 'of'> | undefined;
}

const DEFINITIONS: Pick<ApiResource, 'group' | 'version' | 'plural'> = {
  group: CUSTOM_RESOURCE_DEFINITION.group,
  version: 'v1',
  plural: 'customresourcedefinitions',
};

/** What is under way ends with the process, or with its timeout. */
const NEVER = new AbortController().signal;

const ABSENT: SourceState = { state: 'absent' };
const found = (objects: readonly JsonObject[]): SourceState => ({ state: 'found', objects });

/**
 * Users write it, and it becomes part of a request: a group that is a path would have the API server asked for anything,
 * before anybody is asked whether the requester may. No object has such a name (`path segment name`).
 */
function isAddress(reference: SourceReference): boolean {
  const group = 'group' in reference ? reference.group : '';
  const namespace = 'namespace' in reference ? reference.namespace : '';
  const name = 'name' in reference ? reference.name : '';
  const isSegment = (text: string): boolean => text !== '.' && text !== '..' && !/[/%]/.test(text);
  return (group === '' || isObjectName(group)) && isSegment(namespace) && isSegment(name);
}

/** Who asked for the binding. `unchecked`: its API has no requesters, and it stays in its namespace. */
export type Asker = Requester | 'unknown' | 'unchecked';

export interface ReadingOptions {
  readonly asker: Asker;
  /** Told of everything that is about to be read. */
  readonly expect: (key: DependencyKey) => void;
  /** The API server has been in trouble with what is read for so long that it is told, and not waited for any more. */
  readonly isLasting: boolean;
}

interface Keeping {
  readonly keep?: (object: JsonObject) => boolean;
  readonly enough?: number;
}

/** Reads for one binding, once. */
export class SourceReader {
  readonly #options: SourceReaderOptions;
  readonly #binding: Binding;
  readonly #asker: Asker;
  readonly #expect: (key: DependencyKey) => void;
  readonly #isLasting: boolean;
  #isTroubled = false;
  readonly #dependencies: Dependency[] = [];
  readonly #kinds: GroupKind[] = [];

  constructor(options: SourceReaderOptions, binding: Binding, { asker, expect, isLasting }: ReadingOptions) {
    this.#options = options;
    this.#binding = binding;
    this.#asker = asker;
    this.#expect = expect;
    this.#isLasting = isLasting;
  }

  /** Whether an API server was in trouble with any of it. */
  get isTroubled(): boolean {
    return this.#isTroubled;
  }

  get dependencies(): readonly Dependency[] {
    return this.#dependencies;
  }

  /** The kinds of what was read. */
  get kinds(): readonly GroupKind[] {
    return this.#kinds;
  }

  /** Throws what passes by itself, such as an API server that is away. */
  async read(reference: SourceReference): Promise<SourceState> {
    if (!isAddress(reference)) return ABSENT;
    try {
      return await this.#read(reference);
    } catch (error) {
      return { state: 'denied', message: this.#troubleWith(titleOf(reference), error) };
    }
  }

  async #read(reference: SourceReference): Promise<SourceState> {
    switch (reference.source) {
      case 'object':
        return await this.#readObject(reference);
      case 'definition':
        return await this.#readDefinition(reference);
      case 'owned':
        return await this.#readOwned(reference);
      case 'descriptors':
        return await this.#readDescriptors(reference.namespace);
    }
  }

  /** Of what passes by itself nobody hears, unless it does not: a conversion webhook that is gone says 500 for good. */
  #troubleWith(title: string, error: unknown): string {
    if (!(error instanceof ApiError)) throw error;
    const isTrouble = error.status >= 500;
    if (isTrouble) this.#isTroubled = true;
    if (isPassing(error) && !(isTrouble && this.#isLasting)) throw error;
    return inTrouble(title, error);
  }

  /** Whether the requester may update the workload. Undefined if so; otherwise what is lacking. */
  async mayNotUpdate(): Promise<string | undefined> {
    const { workload, namespace } = this.#binding;
    if (typeof this.#asker === 'string' || 'nothing' in workload.target) return undefined;
    const resource = await this.#workloadResource();
    if (resource === undefined || typeof resource === 'string') return resource;
    const name = 'name' in workload.target ? { name: workload.target.name } : {};
    const right = { group: resource.group, resource: resource.plural, verb: 'update', namespace, ...name };
    return await this.#lacking(this.#asker, right);
  }

  /** Why it is not known, if the API server cannot say. */
  async #workloadResource(): Promise<ApiResource | string | undefined> {
    const { workload } = this.#binding;
    try {
      return await this.#resolve(workload);
    } catch (error) {
      return this.#troubleWith(`the kind ${workload.kind || (workload.resource ?? '')}`, error);
    }
  }

  async #readObject(reference: Extract<SourceReference, { source: 'object' }>): Promise<SourceState> {
    const resource = await this.#resolve(reference);
    if (resource === undefined) return this.#absent(reference, onObject(reference, reference));
    // A cluster-scoped object cannot be a service: a binding names a namespace, or has one.
    if (!resource.namespaced) return ABSENT;
    const { namespace, name } = reference;
    this.#kinds.push(kindOf(resource));
    const key = onObject(resource, reference);
    const right = { group: resource.group, resource: resource.plural, verb: 'get', namespace, name };
    const denied = await this.#denied(right);
    if (denied !== undefined) return this.#note(key, { state: 'denied', message: denied });
    return await this.#get(key, `${pathOf(resource, namespace)}/${encodeURIComponent(name)}`, right);
  }

  async #readDefinition(reference: Extract<SourceReference, { source: 'definition' }>): Promise<SourceState> {
    const resource = await this.#resolve(reference);
    if (resource === undefined) return ABSENT;
    const name = `${resource.plural}.${resource.group}`;
    const right = { group: DEFINITIONS.group, resource: DEFINITIONS.plural, verb: 'get', name };
    const key = onObject(CUSTOM_RESOURCE_DEFINITION, { namespace: '', name });
    return await this.#get(key, `${pathOf(DEFINITIONS)}/${encodeURIComponent(name)}`, right);
  }

  async #readOwned(reference: Extract<SourceReference, { source: 'owned' }>): Promise<SourceState> {
    const { namespace, owner } = reference;
    const resource = await this.#resolve(reference);
    if (resource === undefined) return this.#absent(reference, onOwned(reference, owner));
    this.#kinds.push(kindOf(resource));
    this.#expectAll(onOwned(resource, owner));
    const keep = (object: JsonObject): boolean => isOwnedBy(object, owner);
    const listed = await this.#list(resource, namespace, { keep, enough: maxOwned });
    // Of too many none is used.
    if (listed.state !== 'found' || listed.objects.length > maxOwned) return listed;
    for (const object of listed.objects) {
      const name = textOf(dig(object, 'metadata', 'name'));
      const right = { group: resource.group, resource: resource.plural, verb: 'get', namespace, name };
      const denied = await this.#denied(right);
      if (denied !== undefined) return { state: 'denied', message: denied };
      this.#dependencies.push([onObject(resource, { namespace, name }), resourceVersionOf(object)]);
    }
    return listed;
  }

  async #readDescriptors(namespace: string): Promise<SourceState> {
    const { serviceVersions } = this.#options;
    if (serviceVersions === undefined) return ABSENT;
    const resource = await this.#resolve(CLUSTER_SERVICE_VERSION);
    if (resource === undefined)
      return this.#absent(CLUSTER_SERVICE_VERSION, onAll(CLUSTER_SERVICE_VERSION, namespace));
    this.#kinds.push(kindOf(resource));
    this.#expectAll(onAll(resource, namespace));
    return await serviceVersions.of(namespace, async () => await this.#list(resource, namespace));
  }

  #expectAll(key: DependencyKey): void {
    this.#dependencies.push([key, undefined]);
    this.#expect(key);
  }

  /** The kind does not exist: whoever waits for it hears of its objects when it does. */
  #absent({ group, kind }: GroupKind, key: DependencyKey): SourceState {
    if (kind === '') return ABSENT;
    this.#kinds.push({ group, kind });
    return this.#note(key, ABSENT);
  }

  async #resolve(
    reference: GroupKind & { readonly version?: string; readonly resource?: string },
  ): Promise<ApiResource | undefined> {
    const { mapper } = this.#options;
    const { group, kind, version, resource } = reference;
    if (resource !== undefined) return await mapper.resolvePlural({ group, plural: resource }, { version });
    return await mapper.resolve({ group, kind }, { version });
  }

  async #get(key: DependencyKey, path: string, right: Right): Promise<SourceState> {
    this.#expect(key);
    try {
      const object = parseExactly(await this.#options.transport.read('GET', path));
      return this.#note(key, isObject(object) ? found([object]) : ABSENT);
    } catch (error) {
      return this.#note(key, explained(error, right));
    }
  }

  /**
   * `keep` is asked page by page: a namespace may have thousands of Secrets, and a service owns a few of them. Where there
   * are more than enough, the rest is left unread.
   */
  async #list(
    resource: ApiResource,
    namespace: string,
    { keep = () => true, enough = Infinity }: Keeping = {},
  ): Promise<SourceState> {
    const { transport } = this.#options;
    const objects: JsonObject[] = [];
    const right = { group: resource.group, resource: resource.plural, verb: 'list', namespace };
    try {
      const options = { signal: NEVER, timeoutMs: LIMITS.pageTimeoutMs, parse: parseExactly };
      for await (const { items } of pagesOf(transport, pathOf(resource, namespace), options)) {
        objects.push(
          ...items
            .filter(keep)
            .map((item) => ({ apiVersion: apiVersionOf(resource), kind: resource.kind, ...item })),
        );
        if (objects.length > enough) break;
      }
      return found(objects);
    } catch (error) {
      return explained(error, right);
    }
  }

  #note(key: DependencyKey, state: SourceState): SourceState {
    const [object] = state.state === 'found' ? state.objects : [];
    this.#dependencies.push([key, object === undefined ? undefined : resourceVersionOf(object)]);
    return state;
  }

  /** Out of the binding's own namespace nothing is read for somebody who is not known. */
  async #denied(right: Right & { readonly namespace: string }): Promise<string | undefined> {
    if (this.#asker === 'unchecked') return undefined;
    if (this.#asker !== 'unknown') return await this.#lacking(this.#asker, right);
    return right.namespace === this.#binding.namespace ? undefined : unknownRequester(this.#binding);
  }

  async #lacking(requester: Requester, right: Right): Promise<string | undefined> {
    const allowed = await this.#options.access.allowed(requester, right);
    return allowed ? undefined : lacksRight(requester, right, this.#binding);
  }
}

const kindOf = ({ group, kind }: ApiResource): GroupKind => ({ group, kind });
