/**
 * @module A document with the values of its Secrets made unreadable, for whatever people look at.
 */
import { JSONPath } from 'jsonpath-plus';
import { dig, isList, isObject, type Json, type JsonObject } from '../../lib/api/json.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import { replace } from '../../lib/project/tree.ts';
import { editDocument, type TextChange } from './edit.ts';
import { readStream, type TextDocument, type TextObject } from './stream.ts';

const MASK = '***';

/** Where a Secret keeps its values; kubectl keeps a copy of them in an annotation. */
const PLACES: readonly (readonly string[])[] = [
  ['data'],
  ['stringData'],
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
];

/**
 * What is at a place. jsonpath-plus gets array paths of our own, never an expression that a user wrote, and no
 * evaluation of scripts; not even a wildcard, since a key `*` would then be all that it finds.
 */
function valueAt(secret: JsonObject, place: readonly string[]): Json {
  const found: unknown = JSONPath({ path: ['$', ...place], json: secret, wrap: true, eval: false });
  const [value]: readonly Json[] = isList(found) ? found : [];
  return value ?? null;
}

/** `data: text` is no Secret that an API server would take, but somebody wrote it. */
function masked(value: Json): Json {
  return isObject(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, MASK])) : MASK;
}

function isSecret(object: JsonObject): boolean {
  const { group, kind } = typeOf(object);
  return group === '' && kind === 'Secret';
}

function maskValues(secret: JsonObject): JsonObject {
  let result = secret;
  for (const place of PLACES) {
    const value = valueAt(secret, place);
    if (value !== null) result = replace(result, place, masked(value));
  }
  return result;
}

/** A Secret with every value replaced; any other object as it is. */
export function maskObject(object: JsonObject): JsonObject {
  return isSecret(object) ? maskValues(object) : object;
}

/** The items of a SecretList, as the API returns them, have no kind of their own. */
function isListedSecret({ value: root }: TextDocument, { path, value }: TextObject): boolean {
  const list = path.slice(0, -2).reduce<Json | undefined>((at, step) => {
    return isList(at) ? at[Number(step)] : dig(at, String(step));
  }, root);
  return !Object.hasOwn(value, 'kind') && dig(list, 'kind') === 'SecretList';
}

function maskDocument(document: TextDocument): string {
  const changes: TextChange[] = [];
  for (const object of document.objects) {
    const { path, value } = object;
    const unreadable = isListedSecret(document, object) ? maskValues(value) : maskObject(value);
    if (unreadable !== value) changes.push({ path, value: unreadable });
  }
  return changes.length === 0 ? document.source : editDocument(document, changes);
}

const LEFT_OUT = '# left out: this document cannot be read\n';

function isBroken({ opening, source, value }: TextDocument): boolean {
  if (value !== null) return false;
  return readStream(opening + source, { name: '' }).problems.some(({ severity }) => severity === 'error');
}

/** A stream with the values of its Secrets masked. A document that cannot be read is left out: it may hold anything. */
export function maskText(text: string): string {
  const { documents } = readStream(text, { name: '' });
  return documents
    .map((document) => {
      const source = isBroken(document) ? LEFT_OUT : maskDocument(document);
      return document.opening + source + document.closing;
    })
    .join('');
}
