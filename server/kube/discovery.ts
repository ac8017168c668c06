/**
 * @module The REST mapper: where the API server serves a kind, asked group by group.
 *
 * Not from the aggregated discovery document: that is one large answer for all groups, while Cleat needs a handful; and it
 * is silent about a group whose own server is down, where asking for the group gives 404 for "does not exist" and 503 for
 * "cannot say". The difference matters: the objects of a kind that does not exist are gone.
 */
import { dig, type Json } from '../../lib/api/json.ts';
import { apiVersionOf, type GroupKind } from '../../lib/api/kinds.ts';
import { hasStatus, TransportError } from './errors.ts';
import { systemTiming, type Timing } from './timing.ts';
import { isObjectName } from '../../lib/api/object-name.ts';
import type { Transport } from './transport.ts';

/** A kind as one version of the API serves it. */
export interface ApiResource extends GroupKind {
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface RestMapperOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly timing?: Timing;
}

export interface ResolveOptions {
  /** Taken if it is served; else the preferred one, else any that has the kind. */
  readonly version?: string | undefined;
  /** Asks the API server even if the answer is known (though not more often than once a second). */
  readonly fresh?: boolean;
}

/** Versions change with upgrades: an answer is looked up again after this. */
const HIT_MS = 10 * 60_000;

/** CRDs are installed at any time: "no such kind" holds for this long. */
const MISS_MS = 5_000;

/** However often it is asked for a fresh answer. */
const FRESH_MS = 1_000;

interface Group {
  readonly askedAt: number;
  /** In the order in which versions are preferred; empty if there is no such group. */
  readonly resources: Promise<readonly ApiResource[]>;
}

export class RestMapper {
  readonly #transport: Pick<Transport, 'request'>;
  readonly #timing: Timing;
  readonly #groups = new Map<string, Group>();

  constructor({ transport, timing = systemTiming }: RestMapperOptions) {
    this.#transport = transport;
    this.#timing = timing;
  }

  /** Undefined if the API server does not have the kind; throws if it cannot say. */
  async resolve(
    kind: GroupKind,
    { version, fresh = false }: ResolveOptions = {},
  ): Promise<ApiResource | undefined> {
    return await this.#find(
      kind.group,
      (resources) => pick(resources, (each) => each.kind === kind.kind, version),
      fresh ? [FRESH_MS, FRESH_MS] : undefined,
    );
  }

  /** The same by the plural, as rules and mappings have it, and references may. */
  async resolvePlural(
    { group, plural }: Pick<ApiResource, 'group' | 'plural'>,
    { version }: Pick<ResolveOptions, 'version'> = {},
  ): Promise<ApiResource | undefined> {
    return await this.#find(group, (resources) => pick(resources, (each) => each.plural === plural, version));
  }

  /** What is found may be older than the news that it is not there. */
  async #find(
    group: string,
    choose: (resources: readonly ApiResource[]) => ApiResource | undefined,
    [hitMs, missMs] = [HIT_MS, MISS_MS],
  ): Promise<ApiResource | undefined> {
    const found = choose(await this.#resources(group, hitMs));
    return found ?? choose(await this.#resources(group, missMs));
  }

  /** An answer at most this old. Those who ask at the same time share it; what failed is not kept. */
  async #resources(group: string, maxAgeMs: number): Promise<readonly ApiResource[]> {
    const known = this.#groups.get(group);
    if (known && this.#timing.now() - known.askedAt < maxAgeMs) return await known.resources;
    const asked = { askedAt: this.#timing.now(), resources: this.#ask(group) };
    this.#groups.set(group, asked);
    try {
      return await asked.resources;
    } catch (error) {
      if (this.#groups.get(group) === asked) this.#groups.delete(group);
      throw error;
    }
  }

  async #ask(group: string): Promise<readonly ApiResource[]> {
    // Users write it, and it becomes part of a request with Cleat's rights: a path would ask for anything.
    if (group !== '' && !isObjectName(group)) return [];
    const versions = group === '' ? ['v1'] : await this.#versions(group);
    return (await Promise.all(versions.map(async (version) => await this.#version(group, version)))).flat();
  }

  async #versions(group: string): Promise<string[]> {
    const answer = await this.#get(`/apis/${group}`);
    if (answer === undefined) return [];
    const preferred = dig(answer, 'preferredVersion', 'version');
    const versions = listAt(answer, 'versions').map((each) => dig(each, 'version'));
    return [...new Set([preferred, ...versions])].filter((each) => typeof each === 'string');
  }

  async #version(group: string, version: string): Promise<ApiResource[]> {
    const answer = await this.#get(`${group === '' ? '/api' : '/apis'}/${apiVersionOf({ group, version })}`);
    if (answer === undefined) return [];
    return listAt(answer, 'resources').flatMap((each) => resourceOf(group, version, each));
  }

  async #get(path: string): Promise<Json | undefined> {
    try {
      return await this.#transport.request('GET', path);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

/** The path of all objects of a resource, in one namespace or in all. */
export function pathOf(
  { group, version, plural }: Pick<ApiResource, 'group' | 'version' | 'plural'>,
  namespace?: string,
): string {
  const root = `${group === '' ? '/api' : '/apis'}/${apiVersionOf({ group, version })}`;
  return namespace ? `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}` : `${root}/${plural}`;
}

function pick(
  resources: readonly ApiResource[],
  isIt: (resource: ApiResource) => boolean,
  version?: string,
): ApiResource | undefined {
  const served = resources.filter(isIt);
  return served.find((resource) => resource.version === version) ?? served[0];
}

function listAt(answer: Json, key: string): readonly Json[] {
  const list = dig(answer, key);
  if (Array.isArray(list)) return list;
  throw new TransportError('unreadable', `discovery: the API server's answer has no list "${key}"`);
}

/** Empty for subresources, such as `pods/log`. */
function resourceOf(group: string, version: string, entry: Json): ApiResource[] {
  const [plural, kind] = [dig(entry, 'name'), dig(entry, 'kind')];
  if (typeof plural !== 'string' || typeof kind !== 'string' || plural.includes('/')) return [];
  const verbs = dig(entry, 'verbs');
  return [
    {
      group,
      version,
      kind,
      plural,
      namespaced: dig(entry, 'namespaced') === true,
      verbs: Array.isArray(verbs) ? verbs.filter((verb) => typeof verb === 'string') : [],
    },
  ];
}
