/**
 * @module From the syntax tree to closures (client-go: walk, evalList, evalUnion, evalIdentifier and the literals).
 */

import { count, fail, looseItem, visit, type Item, type Step } from './evaluation.ts';
import { filter } from './filter.ts';
import { field, recursive, wildcard } from './select.ts';
import { slice } from './slice.ts';
import type { ListNode, StepNode, UnionNode } from './syntax.ts';

/** The nodes of a list, one after the other, until one fails. */
export function compileList(list: ListNode): Step {
  const steps = list.nodes.map(compileNode);
  return function walkList(input, run) {
    let current = input;
    for (const step of steps) {
      if (!count(current.length, run)) break;
      current = step(current, run);
      if (run.failure !== undefined) break;
    }
    return current;
  };
}

function compileNode(node: StepNode): Step {
  switch (node.type) {
    case 'field':
      return field(node.name);
    case 'slice':
      return slice(node);
    case 'filter':
      return filter({
        left: compileList(node.left),
        operator: node.operator,
        right: compileList(node.right),
      });
    case 'union':
      return union(node);
    case 'wildcard':
      return wildcard;
    case 'recursive':
      return recursive;
    case 'identifier':
      return identifier(node.name);
    default:
      return compileLiteral(node);
  }
}

function compileLiteral(node: Extract<StepNode, { type: 'text' | 'number' | 'bool' }>): Step {
  if (node.type === 'text') return () => [looseItem(node.text)];
  const item = looseItem(node.value, node.type === 'number' && node.float);
  return function repeat(input, run) {
    const results: Item[] = [];
    for (let left = input.length; left > 0 && visit(results, item, run);) left -= 1;
    return results;
  };
}

function union(node: UnionNode): Step {
  const lists = node.lists.map(compileList);
  return function join(input, run) {
    const results: Item[] = [];
    for (const list of lists) {
      const found = list(input, run);
      if (run.failure !== undefined) return input;
      for (const item of found) results.push(item);
    }
    return results;
  };
}

function identifier(name: string): Step {
  return function keyword(input, run) {
    if (name === 'range') {
      run.begin += 1;
      return input;
    }
    if (name !== 'end') {
      fail(run, `unrecognized identifier ${name}`, undefined);
      return input;
    }
    if (run.depth > 0) run.ended += 1;
    else fail(run, 'not in range, nothing to end', undefined);
    return [];
  };
}
