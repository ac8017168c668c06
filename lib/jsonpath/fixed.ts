/**
 * @module Fixed JSONPath: fields joined by the child operator, which is what most members of a mapping take.
 */

import { parseExpression } from './parse.ts';
import type { ListNode, PathSyntaxError, StepNode } from './syntax.ts';

export interface FixedPath {
  readonly source: string;
  readonly keys: readonly string[];
}

type Fields = { readonly keys: readonly string[] } | { readonly error: PathSyntaxError };

/**
 * Parses a Fixed JSONPath (v1alpha3: Restricted JSONPath) of the Service Binding specification: `.name`, `['name']`,
 * `.spec['template'].spec['volumes']`, `.a\.b`. It is what client-go parses to fields and nothing else, hence `$` and
 * `@` are skipped and `['a.b']` means `.a.b`. At least one field, each with a name: the one thing that is refused here
 * and not by client-go is a dot without a name, whose field could never be meant.
 */
export function parseFixed(
  source: string,
): { readonly path: FixedPath } | { readonly error: PathSyntaxError } {
  const parsed = parseExpression(source);
  if ('error' in parsed) return parsed;
  const [list, second] = parsed.roots;
  if (list?.type !== 'list' || list.nodes.length === 0) return refusal('names no field', 0);
  if (second !== undefined) return refusal('a path is one expression, not several', second.position - 1);
  const fields = fieldsOf(list);
  return 'error' in fields ? fields : { path: { source, keys: fields.keys } };
}

function fieldsOf(list: ListNode): Fields {
  const keys: string[] = [];
  for (const node of list.nodes) {
    if (node.type !== 'field') {
      return refusal(`only fields joined by dots are allowed, not ${nameOf(node)}`, node.position);
    }
    if (node.name === '') return refusal('a dot without a field name', node.position);
    keys.push(node.name);
  }
  return { keys };
}

function nameOf(node: Exclude<StepNode, { type: 'field' }>): string {
  switch (node.type) {
    case 'slice':
      return 'an index, a slice or a wildcard';
    case 'recursive':
      return 'a recursive descent';
    case 'identifier':
      return `the bare word ${node.name}`;
    default:
      return `a ${node.type}`;
  }
}

function refusal(message: string, position: number): { readonly error: PathSyntaxError } {
  return { error: { message, position } };
}
