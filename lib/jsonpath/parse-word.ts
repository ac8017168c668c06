/**
 * @module The nodes of client-go's JSONPath that hold no other nodes: fields, bare words, numbers, quoted strings.
 * Each function reads one at the scanner's position, and returns what is wrong with it, if anything.
 */

import { isDigit, isTerminator } from './characters.ts';
import type { Scanner } from './scanner.ts';
import type { NumberNode, PathSyntaxError, StepNode } from './syntax.ts';
import { unquote } from './unquote.ts';

const integer = /^[+-]?\d+$/;
const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

/** The name of a field, whose dot, if it has one, was at `start`. */
export function parseField(scanner: Scanner, into: StepNode[], start: number): undefined {
  const from = scanner.position;
  let end = from;
  const { input } = scanner;
  while (!isTerminator(input.charAt(end))) end += input.charAt(end) === '\\' ? 2 : 1;
  // An escape at the very end escapes nothing.
  scanner.position = Math.min(end, input.length);
  const name = input.slice(from, scanner.position);
  const position = scanner.place(start);
  if (name === '*') into.push({ type: 'wildcard', position });
  else into.push({ type: 'field', name: name.replaceAll('\\', ''), position });
}

export function parseIdentifier(scanner: Scanner, into: StepNode[]): undefined {
  const from = scanner.position;
  while (!isTerminator(scanner.input.charAt(scanner.position))) scanner.position += 1;
  const name = scanner.input.slice(from, scanner.position);
  const position = scanner.place(from);
  const bool = name === 'true' || name === 'false';
  into.push(
    bool ? { type: 'bool', value: name === 'true', position } : { type: 'identifier', name, position },
  );
}

export function parseNumber(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  const from = scanner.position;
  if ('+-'.includes(scanner.peek())) scanner.position += 1;
  while (scanner.peek() === '.' || isDigit(scanner.peek())) scanner.position += scanner.peek().length;
  const text = scanner.input.slice(from, scanner.position);
  const node = numberNode(text, scanner.place(from));
  if (node === undefined) return scanner.error(`cannot parse number ${text}`, from);
  into.push(node);
  return undefined;
}

function numberNode(text: string, position: number): NumberNode | undefined {
  const value = Number(text);
  if (!decimal.test(text) || !Number.isFinite(value)) return undefined;
  const float = !integer.test(text) || BigInt.asIntN(64, BigInt(text)) !== BigInt(text);
  return { type: 'number', value, float, position };
}

export function parseQuoted(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  const from = scanner.position;
  const end = scanner.closingQuote(from);
  if (end === undefined) return scanner.error('unterminated quoted string', from);
  scanner.position = end + 1;
  const quoted = scanner.input.slice(from, scanner.position);
  const text = unquote(quoted);
  if (text === undefined) return scanner.error(`unquote string ${quoted} error invalid syntax`, from);
  into.push({ type: 'text', text, position: scanner.place(from) });
  return undefined;
}
