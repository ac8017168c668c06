/**
 * @module Go's text/template grammar (text/template/parse/parse.go): texts, actions and control structures.
 */

import type { Slices } from '../api/slices.ts';
import { Fault } from './fault.ts';
import { tokenize } from './lexer.ts';
import { parsePipeline } from './parse-pipeline.ts';
import { Parser } from './parser.ts';
import { readString } from './read-string.ts';
import type { Branch, Node, Pipe, Trees } from './syntax.ts';
import type { Token } from './token.ts';

/** What ends a list of nodes. */
interface End {
  readonly type: 'end' | 'else';
  readonly at: number;
}

/** The templates that a source defines, the source itself under the given name. Throws a fault. */
export function* parse(source: string, name: string, functions: ReadonlySet<string>): Slices<Trees> {
  const parser = new Parser(yield* tokenize(source), functions);
  const nodes: Node[] = [];
  while (parser.peek().type !== 'end of input') {
    const at = atDefinition(parser);
    if (at !== undefined) {
      yield* parseDefinition(parser, at);
      continue;
    }
    const node = parseText(parser) ?? (yield* parseAction(parser));
    if (isEnd(node)) throw new Fault(`unexpected {{${node.type}}}`, node.at);
    nodes.push(node);
  }
  parser.add(name, nodes, 0);
  return parser.trees;
}

/** Where a `{{define` begins that is next, and read; undefined, and nothing read, if it is something else. */
function atDefinition(parser: Parser): number | undefined {
  const mark = parser.mark();
  const { type, at } = parser.next();
  if (type === 'left delimiter' && parser.nextNonSpace().type === 'define') return at;
  parser.reset(mark);
  return undefined;
}

/** The rest of `{{define}}`, which stands at the top level only. */
function* parseDefinition(parser: Parser, at: number): Slices<void> {
  const name = parseName(parser, 'define clause');
  parser.expect('right delimiter', 'define clause');
  parser.add(name, yield* parseBody(parser, at, 'define clause'), at);
}

/** A list of nodes that sees no variables from outside. */
function* parseBody(parser: Parser, at: number, context: string): Slices<readonly Node[]> {
  const { nodes, end } = yield* parser.definition(at, parseList(parser));
  if (end.type === 'else') throw new Fault(`unexpected {{else}} in ${context}`, end.at);
  return nodes;
}

function parseName(parser: Parser, context: string): string {
  const token = parser.nextNonSpace();
  if (token.type !== 'string' && token.type !== 'raw string') parser.unexpected(token, context);
  return readString(token.value, token.at);
}

interface List {
  readonly nodes: readonly Node[];
  readonly end: End;
}

function* parseList(parser: Parser): Slices<List> {
  const nodes: Node[] = [];
  for (;;) {
    const token = parser.peekNonSpace();
    if (token.type === 'end of input')
      throw new Fault('unexpected end of input: an {{end}} is missing', token.at);
    const node = parseText(parser) ?? (yield* parseAction(parser));
    if (isEnd(node)) return { nodes, end: node };
    nodes.push(node);
  }
}

function isEnd(node: Node | End): node is End {
  return node.type === 'end' || node.type === 'else';
}

/** Undefined, and nothing read, if it is something else. */
function parseText(parser: Parser): Node | undefined {
  const { type, value, at } = parser.peekNonSpace();
  if (type !== 'text') return undefined;
  parser.next();
  return { type, text: value, at };
}

function* parseAction(parser: Parser): Slices<Node | End> {
  if (parser.isSliceOver()) yield;
  const token = parser.nextNonSpace();
  if (token.type !== 'left delimiter') parser.unexpected(token, 'input');
  return yield* parseInAction(parser, token.at);
}

function* parseInAction(parser: Parser, at: number): Slices<Node | End> {
  const token = parser.nextNonSpace();
  switch (token.type) {
    case 'if':
    case 'with':
    case 'range':
      return yield* parseBranch(parser, token.type, at);
    case 'break':
    case 'continue':
      return parseJump(parser, token.type, at);
    case 'else':
      return parseElse(parser, at);
    case 'end':
      parser.expect('right delimiter', 'end');
      return { type: 'end', at };
    case 'block':
      return yield* parseBlock(parser, at);
    case 'template':
      return yield* parseCall(parser, at);
    default:
      parser.backup();
      return { type: 'action', pipe: yield* parsePipeline(parser, 'command'), at };
  }
}

function parseJump(parser: Parser, type: 'break' | 'continue', at: number): Node {
  parser.expect('right delimiter', `{{${type}}}`);
  if (parser.loops === 0) throw new Fault(`{{${type}}} outside {{range}}`, at);
  return { type, at };
}

/** `{{else if …}}` and `{{else with …}}` leave their word to the branch that they continue. */
function parseElse(parser: Parser, at: number): End {
  const { type } = parser.peekNonSpace();
  if (type !== 'if' && type !== 'with') parser.expect('right delimiter', 'else');
  return { type: 'else', at };
}

/** `{{block "name" pipeline}} … {{end}}`: a definition, and a call of it. */
function* parseBlock(parser: Parser, at: number): Slices<Node> {
  const name = parseName(parser, 'block clause');
  const pipe = yield* parsePipeline(parser, 'block clause');
  parser.add(name, yield* parseBody(parser, at, 'block clause'), at);
  return { type: 'template', name, pipe, at };
}

function* parseCall(parser: Parser, at: number): Slices<Node> {
  const name = parseName(parser, 'template clause');
  const isBare = parser.nextNonSpace().type === 'right delimiter';
  if (isBare) return { type: 'template', name, pipe: undefined, at };
  parser.backup();
  return {
    type: 'template',
    name,
    pipe: yield* parsePipeline(parser, 'template clause'),
    at,
  };
}

function* parseBranch(parser: Parser, type: Branch['type'], at: number): Slices<Branch> {
  return yield* parser.block(at, parseInside(parser, type, at));
}

function* parseInside(parser: Parser, type: Branch['type'], at: number): Slices<Branch> {
  const pipe: Pipe = yield* parsePipeline(parser, type);
  const { nodes: list, end } = yield* parseBranchList(parser, type);
  const otherwise = end.type === 'else' ? yield* parseOtherwise(parser, type, end) : [];
  return { type, pipe, list, otherwise, at };
}

function* parseBranchList(parser: Parser, type: Branch['type']): Slices<List> {
  if (type !== 'range') return yield* parseList(parser);
  return yield* parser.loop(parseList(parser));
}

function* parseOtherwise(parser: Parser, type: Branch['type'], { at }: End): Slices<readonly Node[]> {
  const { type: word }: Token = parser.peek();
  if ((word === 'if' || word === 'with') && word === type) {
    parser.next();
    return [yield* parseBranch(parser, word, at)];
  }
  const { nodes, end } = yield* parseList(parser);
  if (end.type === 'else') throw new Fault('expected end; found {{else}}', end.at);
  return nodes;
}
