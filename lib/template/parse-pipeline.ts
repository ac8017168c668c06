/**
 * @module Pipelines, commands and operands (text/template/parse/parse.go).
 */

import type { Slices } from '../api/slices.ts';
import { Fault } from './fault.ts';
import type { Parser } from './parser.ts';
import { readNumber } from './read-number.ts';
import { readCharacter, readString } from './read-string.ts';
import type { Command, Operand, Pipe } from './syntax.ts';
import type { Token, TokenType } from './token.ts';
import { bool, int, text } from './value.ts';

type End = 'right delimiter' | 'right parenthesis';

export function* parsePipeline(parser: Parser, context: string, end: End = 'right delimiter'): Slices<Pipe> {
  const { at } = parser.peekNonSpace();
  const declared = parseDeclarations(parser, context);
  const commands: Command[] = [];
  for (;;) {
    const token = parser.nextNonSpace();
    if (token.type === end) break;
    if (!startsOperand(token.type)) parser.unexpected(token, context);
    parser.backup();
    commands.push(yield* parseCommand(parser));
  }
  checkCommands(commands, context, at);
  return { type: 'pipe', ...declared, commands, at };
}

const operandStarts: ReadonlySet<TokenType> = new Set<TokenType>([
  'bool',
  'character constant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw string',
  'string',
  'variable',
  'left parenthesis',
]);

function startsOperand(type: TokenType): boolean {
  return operandStarts.has(type);
}

/** `$x :=`, `$x =`, and in a range `$i, $x :=`. */
function parseDeclarations(parser: Parser, context: string): Pick<Pipe, 'variables' | 'assigns'> {
  const variables: string[] = [];
  while (parser.peekNonSpace().type === 'variable') {
    const mark = parser.mark();
    const variable = parser.next().value;
    const next = parser.nextNonSpace();
    const isList = next.type === 'character' && next.value === ',';
    if (next.type !== 'assign' && next.type !== 'declare' && !isList) {
      parser.reset(mark);
      break;
    }
    variables.push(variable);
    parser.declare(variable);
    if (!isList) return { variables, assigns: next.type === 'assign' };
    expectSecond(parser, context, variables.length);
  }
  return { variables, assigns: false };
}

function expectSecond(parser: Parser, context: string, count: number): void {
  const { type, at } = parser.peekNonSpace();
  if (context !== 'range' || count > 1) throw new Fault(`too many declarations in ${context}`, at);
  if (type !== 'variable' && type !== 'right delimiter' && type !== 'right parenthesis') {
    throw new Fault('range can only initialize variables', at);
  }
}

/** Only the first command of a pipeline may be one that takes no argument. */
function checkCommands(commands: readonly Command[], context: string, at: number): void {
  if (commands.length === 0) throw new Fault(`missing value for ${context}`, at);
  for (const [index, command] of commands.entries()) {
    const type = command.args[0]?.type ?? 'nil';
    if (index > 0 && constants.has(type)) {
      throw new Fault(`non executable command in pipeline stage ${index + 1}`, command.at);
    }
  }
}

const constants: ReadonlySet<string> = new Set<Operand['type']>(['literal', 'overflow', 'nil', 'dot']);

/** Operands up to a pipe, which is read, or an end, which is not. */
function* parseCommand(parser: Parser): Slices<Command> {
  const { at } = parser.peekNonSpace();
  const args: Operand[] = [];
  for (;;) {
    if (parser.isSliceOver()) yield;
    const { type, at: start } = parser.peekNonSpace();
    const term = type === 'left parenthesis' ? yield* parseParenthesized(parser) : parseTerm(parser);
    const operand = withFields(parser, term, start);
    if (operand !== undefined) args.push(operand);
    const token = parser.next();
    if (token.type === 'space') continue;
    if (token.type === 'right delimiter' || token.type === 'right parenthesis') parser.backup();
    else if (token.type !== 'pipe') parser.unexpected(token, 'operand');
    break;
  }
  if (args.length === 0) throw new Fault('empty command', at);
  return { args, at };
}

/** A term with the fields that follow it. */
function withFields(parser: Parser, term: Operand | undefined, at: number): Operand | undefined {
  if (term === undefined || parser.peek().type !== 'field') return term;
  const names: string[] = [];
  while (parser.peek().type === 'field') names.push(parser.next().value.slice(1));
  switch (term.type) {
    case 'field':
    case 'variable':
      return { ...term, names: [...term.names, ...names] };
    case 'literal':
    case 'overflow':
    case 'nil':
    case 'dot':
      throw new Fault('unexpected . after a term that has no fields', at);
    default:
      return { type: 'chain', of: term, names, at };
  }
}

function* parseParenthesized(parser: Parser): Slices<Pipe> {
  const { at } = parser.next();
  parser.enter(at);
  const pipe = yield* parsePipeline(parser, 'parenthesized pipeline', 'right parenthesis');
  parser.leave();
  return pipe;
}

function parseTerm(parser: Parser): Operand | undefined {
  const token = parser.nextNonSpace();
  const { at, value } = token;
  switch (token.type) {
    case 'identifier':
      if (!parser.hasFunction(value)) throw new Fault(`function ${JSON.stringify(value)} not defined`, at);
      return { type: 'function', name: value, at };
    case 'dot':
    case 'nil':
      return { type: token.type, at };
    case 'variable':
      if (!parser.hasVariable(value)) throw new Fault(`undefined variable ${JSON.stringify(value)}`, at);
      return { type: 'variable', name: value, names: [], at };
    case 'field':
      return { type: 'field', names: [value.slice(1)], at };
    default:
      return parseLiteral(token, parser);
  }
}

function parseLiteral(token: Token, parser: Parser): Operand | undefined {
  const { type, at, value } = token;
  switch (type) {
    case 'bool':
      return { type: 'literal', value: bool(value === 'true'), at };
    case 'string':
    case 'raw string':
      return { type: 'literal', value: text(readString(value, at)), at };
    case 'character constant':
      return { type: 'literal', value: int(readCharacter(value, at)), at };
    case 'number':
    case 'complex':
      return parseNumber(value, at);
    default:
      parser.backup();
      return undefined;
  }
}

function parseNumber(token: string, at: number): Operand {
  const value = readNumber(token, at);
  return value === undefined ? { type: 'overflow', at } : { type: 'literal', value, at };
}
