/**
 * @module The REST path of any kind that an API server serves, through discovery.
 */
import { dig } from '../../lib/api/json.ts';
import { bodyOf, type Rest } from './rest.ts';
import { textAt } from './text-at.ts';

export type PathOf = (ref: {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
}) => Promise<string>;

interface Resource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Finds paths through discovery. What it has learnt it keeps; a kind that it does not know makes it ask again. */
export function restMapper(rest: Rest): PathOf {
  const known = new Map<string, ReadonlyMap<string, Resource>>();

  async function discover(apiVersion: string): Promise<ReadonlyMap<string, Resource>> {
    const path = `/${rootOf(apiVersion)}`;
    const response = await rest.request('GET', path);
    if (response.status === 404) return new Map();
    const resources = dig(bodyOf('GET', path, response), 'resources');
    const kinds = new Map<string, Resource>();
    for (const resource of Array.isArray(resources) ? resources : []) {
      const plural = textAt(resource, 'name');
      if (plural.includes('/')) continue; // a subresource
      kinds.set(textAt(resource, 'kind'), { plural, namespaced: dig(resource, 'namespaced') === true });
    }
    known.set(apiVersion, kinds);
    return kinds;
  }

  return async ({ apiVersion, kind, namespace, name }) => {
    const resource = known.get(apiVersion)?.get(kind) ?? (await discover(apiVersion)).get(kind);
    if (!resource) throw new Error(`the API server serves no kind ${kind} in ${apiVersion}`);
    const parts = [rootOf(apiVersion), resource.plural];
    if (resource.namespaced && namespace !== undefined) parts.splice(1, 0, 'namespaces', namespace);
    return `/${[...parts, ...(name ? [name] : [])].join('/')}`;
  };
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
}
