/**
 * @module The paths of workload resource mappings: where in a document the containers are.
 */

import { isObject, own, type Json } from '../api/json.ts';
import { compileList } from './compile.ts';
import { inDocumentOrder } from './document-order.ts';
import type { Failure, Item } from './evaluation.ts';
import { keysOf, newRun, rootItem } from './evaluation.ts';
import { parseExpression } from './parse.ts';
import type { ListNode, PathSyntaxError, StepNode } from './syntax.ts';

/** A place in a document: the keys that lead to it, numbers in lists and strings in maps, and what is there. */
export interface Location {
  readonly keys: readonly (string | number)[];
  readonly value: Json;
}

export type Located =
  | { readonly ok: true; readonly locations: readonly Location[] }
  | { readonly ok: false; readonly message: string };

export interface CompiledPath {
  readonly source: string;
  readonly locate: (root: Json) => Located;
}

/**
 * How many places a path may name. A workload of the 1.5 MiB that etcd takes could hold more containers only if they
 * had neither name nor image; and each place is a copy of its keys.
 */
export const maxLocations = 10_000;

/**
 * Compiles a path of a mapping, which comes without braces (`.spec.template.spec.containers[*]`), in client-go's
 * grammar. It has to be one expression that can only lead to places in the document: no literals, no bare words.
 *
 * It is evaluated as client-go does in strict mode, with these exceptions: a missing key skips the item instead of
 * failing the expression; each place comes once, and in document order (of maps: the order of their keys); strings
 * have no members. An index out of range, a wildcard on a map, a comparison of different types and the like make the
 * result not ok, with a message that says what is wrong and where. Nothing is thrown and the document stays as it is.
 */
export function compilePath(
  source: string,
): { readonly path: CompiledPath } | { readonly error: PathSyntaxError } {
  const parsed = parseExpression(source);
  if ('error' in parsed) return parsed;
  const [list, second] = parsed.roots;
  if (source.trim() === '' || list?.type !== 'list') return { error: { message: 'empty path', position: 0 } };
  if (second !== undefined) {
    return { error: { message: 'a path is one expression, not several', position: second.position - 1 } };
  }
  const error = misplaced(list);
  if (error !== undefined) return { error };
  return { path: { source, locate: locator(list) } };
}

/**
 * The fields that a path begins with are followed on values alone; only what lies behind them needs items. This is most
 * of the usual path, and the admission of each workload pays for it.
 */
function locator(list: ListNode): (root: Json) => Located {
  const names = leadingFields(list);
  const rest = list.nodes.slice(names.length);
  const step = compileList({ ...list, nodes: rest });
  const ordered = rest.every((node) => node.type !== 'union' && node.type !== 'recursive');
  return function locate(root) {
    const start = follow(root, names);
    if (start === undefined) return { ok: true, locations: [] };
    const run = newRun({ missing: 'skip', bytes: false });
    const items = step([rootItem(start)], run);
    if (run.failure !== undefined) return { ok: false, message: describe(run.failure, names) };
    return toLocations(ordered ? items : inDocumentOrder(items), names);
  };
}

function leadingFields(list: ListNode): string[] {
  const names: string[] = [];
  for (const node of list.nodes) {
    if (node.type !== 'field') break;
    names.push(node.name);
  }
  return names;
}

function follow(root: Json, names: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const name of names) {
    if (!isObject(value)) return undefined;
    value = own(value, name);
  }
  return value;
}

function toLocations(items: readonly Item[], prefix: readonly string[]): Located {
  if (items.length > maxLocations) return { ok: false, message: `more than ${maxLocations} places found` };
  const locations = items.map((item) => ({ keys: keysOf(item, prefix), value: item.value ?? null }));
  return { ok: true, locations };
}

/** The first node that does not lead to a place in the document. */
function misplaced(list: ListNode): PathSyntaxError | undefined {
  for (const node of list.nodes) {
    const error = misplacedAt(node);
    if (error !== undefined) return error;
  }
  return undefined;
}

function misplacedAt(node: StepNode): PathSyntaxError | undefined {
  const { position } = node;
  switch (node.type) {
    case 'field':
    case 'slice':
    case 'wildcard':
    case 'recursive':
      return undefined;
    case 'union':
      return firstError(node.lists, misplaced);
    case 'filter':
      return firstError([node.left, node.right], keyword);
    case 'identifier':
      return { message: `unrecognized identifier ${node.name} (a field is written .${node.name})`, position };
    default:
      return { message: `a ${node.type} leads nowhere in the document`, position };
  }
}

/** `range` and `end` would turn the path into a template, wherever they stand. */
function keyword(list: ListNode): PathSyntaxError | undefined {
  for (const node of list.nodes) {
    if (node.type === 'identifier' && (node.name === 'range' || node.name === 'end')) {
      return { message: `${node.name} has no meaning in a path`, position: node.position };
    }
    if (node.type === 'filter') return firstError([node.left, node.right], keyword);
    if (node.type === 'union') return firstError(node.lists, keyword);
  }
  return undefined;
}

function firstError(
  lists: readonly ListNode[],
  check: (list: ListNode) => PathSyntaxError | undefined,
): PathSyntaxError | undefined {
  return lists.map(check).find((error) => error !== undefined);
}

function describe(failure: Failure, prefix: readonly string[]): string {
  return failure.item === undefined
    ? failure.message
    : `${failure.message}, at ${place(failure.item, prefix)}`;
}

/** The way to an item as a path; its beginning if it is long, since the keys are whatever the document holds. */
function place(item: Item, prefix: readonly string[]): string {
  const steps = keysOf(item, prefix).map((key) =>
    typeof key === 'number' ? `[${key}]` : `.${escapeKey(key)}`,
  );
  const path = steps.join('') || '$';
  return path.length > 200 ? `${path.slice(0, 200)}...` : path;
}

function escapeKey(key: string): string {
  return key.replace(/[\s.,[\]$@{}]/g, '\\$&');
}
