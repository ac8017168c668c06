/**
 * @module What of an expected object a real one lacks: an API server adds defaults, and drops what is empty.
 */
import { isList, isObject, type Json } from '../../lib/api/json.ts';
import { nameOf } from '../../lib/project/entries.ts';

/** What the API server itself adds to every Pod. */
const isServiceAccounts = (item: Json): boolean => nameOf(item)?.startsWith('kube-api-access-') === true;

/** Volumes of bindings stand in the order of their uids, which the API server gives by chance. */
function byName(list: readonly Json[]): readonly Json[] {
  const areProjected = list.every((item) => nameOf(item)?.startsWith('servicebinding-'));
  return areProjected ? list.toSorted((a, b) => (nameOf(a) ?? '').localeCompare(nameOf(b) ?? '')) : list;
}

const isEmpty = (value: Json): boolean =>
  value === '' ||
  (isList(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** The actual value may have more members (defaults), but no other list items. Each line names a place. */
export function missing(expected: Json, actual: Json | undefined, place = ''): readonly string[] {
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) => missing(value, actual[key], `${place}/${key}`));
  }
  if (isList(expected) && isList(actual)) {
    const found = byName(actual.filter((item) => !isServiceAccounts(item)));
    const wanted = byName(expected);
    const extra =
      found.length > wanted.length ? [`${place}: ${found.length - wanted.length} items too many`] : [];
    return [...extra, ...wanted.flatMap((value, index) => missing(value, found[index], `${place}/${index}`))];
  }
  if (expected === actual || (actual === undefined && isEmpty(expected))) return [];
  return [`${place}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
}
