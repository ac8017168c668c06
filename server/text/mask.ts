/**
 * @module A document with the values of its Secrets made unreadable, for whatever people look at.
 */
import { JSONPath } from 'jsonpath-plus';
import type { JsonObject } from '../../lib/api/json.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import { replace } from '../../lib/project/tree.ts';
import { editDocument } from './edit.ts';
import { readStream } from './stream.ts';

const MASK = '***';

/** Where a Secret keeps its values; kubectl keeps a copy of them in an annotation. */
const PLACES: readonly { readonly parent: readonly string[]; readonly key: string }[] = [
  { parent: ['data'], key: '*' },
  { parent: ['stringData'], key: '*' },
  { parent: ['metadata', 'annotations'], key: 'kubectl.kubernetes.io/last-applied-configuration' },
];

/**
 * The paths of the values. jsonpath-plus gets array paths of our own, never an expression that a user wrote, and no
 * evaluation of scripts. The key is taken from the result itself, since in a path `^` and `~` would be operators.
 */
function locate(secret: JsonObject): readonly (readonly string[])[] {
  return PLACES.flatMap(({ parent, key }) => {
    const found: unknown = JSONPath({
      path: ['$', ...parent, key],
      json: secret,
      resultType: 'all',
      eval: false,
    });
    const results: readonly { readonly parentProperty?: unknown }[] = Array.isArray(found) ? found : [];
    return results.map(({ parentProperty }) => [...parent, String(parentProperty)]);
  });
}

function isSecret(object: JsonObject): boolean {
  const { group, kind } = typeOf(object);
  return group === '' && kind === 'Secret';
}

/** A Secret with every value replaced; any other object as it is. */
export function maskObject(object: JsonObject): JsonObject {
  if (!isSecret(object)) return object;
  return locate(object).reduce((value, path) => replace(value, path, MASK), object);
}

/** A stream with the values of its Secrets masked. What cannot be read is left out: it may hold anything. */
export function maskText(text: string): string {
  return readStream(text, { name: '' })
    .documents.map((document) => {
      const changes = document.objects
        .map(({ value, path }) => ({ path, value: maskObject(value), before: value }))
        .filter(({ value, before }) => value !== before);
      const source = changes.length === 0 ? document.source : editDocument(document, changes);
      return document.opening + source + document.closing;
    })
    .join('');
}
