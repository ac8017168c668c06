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
    if (yield* parseDefinition(parser)) continue;
    const node = yield* parseNode(parser);
    if (isEnd(node)) throw new Fault(`unexpected {{${node.type}}}`, node.at);
    nodes.push(node);
  }
  parser.add(name, nodes, 0);
  return parser.trees;
}

/** `{{define}}`, which stands at the top level only; false, and nothing read, if it is something else. */
function* parseDefinition(parser: Parser): Slices<boolean> {
  const mark = parser.mark();
  const { type, at } = parser.next();
  if (type !== 'left delimiter' || parser.nextNonSpace().type !== 'define') {
    parser.reset(mark);
    return false;
  }
  const name = parseName(parser, 'define clause');
  parser.expect('right delimiter', 'define clause');
  parser.add(name, yield* parseBody(parser, at, 'define clause'), at);
  return true;
}

/** A list of nodes that sees no variables from outside. */
function* parseBody(parser: Parser, at: number, context: string): Slices<readonly Node[]> {
  return yield* parser.definition(at, function* () {
    const { nodes, end } = yield* parseList(parser);
    if (end.type === 'else') throw new Fault(`unexpected {{else}} in ${context}`, end.at);
    return nodes;
  });
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
    const node = yield* parseNode(parser);
    if (isEnd(node)) return { nodes, end: node };
    nodes.push(node);
  }
}

function isEnd(node: Node | End): node is End {
  return node.type === 'end' || node.type === 'else';
}

function* parseNode(parser: Parser): Slices<Node | End> {
  if (parser.isSliceOver()) yield;
  const token = parser.nextNonSpace();
  if (token.type === 'text') return { type: 'text', text: token.value, at: token.at };
  if (token.type !== 'left delimiter') parser.unexpected(token, 'input');
  return yield* parseAction(parser, token.at);
}

function* parseAction(parser: Parser, at: number): Slices<Node | End> {
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
      return { type: 'action', pipe: yield* parsePipeline(parser, 'command', 'right delimiter'), at };
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
  const pipe = yield* parsePipeline(parser, 'block clause', 'right delimiter');
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
    pipe: yield* parsePipeline(parser, 'template clause', 'right delimiter'),
    at,
  };
}

function* parseBranch(parser: Parser, type: Branch['type'], at: number): Slices<Branch> {
  return yield* parser.block(at, function* () {
    const pipe: Pipe = yield* parsePipeline(parser, type, 'right delimiter');
    const { nodes: list, end } = yield* parseBranchList(parser, type);
    const otherwise = end.type === 'else' ? yield* parseOtherwise(parser, type, end) : [];
    return { type, pipe, list, otherwise, at };
  });
}

function* parseBranchList(parser: Parser, type: Branch['type']): Slices<List> {
  if (type !== 'range') return yield* parseList(parser);
  return yield* parser.loop(() => parseList(parser));
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
