/**
 * @module The parser of client-go's JSONPath (k8s.io/client-go/util/jsonpath, parser.go), its oddities included: it
 * accepts and refuses what client-go does, with the same words, and adds the position.
 */

import { describeCharacter, isDigit, isEndOfLine, isWordCharacter } from './characters.ts';
import { parseSlice } from './parse-slice.ts';
import { parseField, parseIdentifier, parseNumber, parseQuoted } from './parse-word.ts';
import { Scanner } from './scanner.ts';
import type { ListNode, PathSyntaxError, RootNode, StepNode } from './syntax.ts';

/**
 * The longest source, in UTF-16 code units. Real paths have less than 200; parsing and evaluating cost at least their
 * length, and a parsed path stays in memory as long as its mapping. It also bounds how deep filters nest, which by the
 * grammar is hardly at all: the first `)` outside the first pair of quotes ends a filter, whatever it contains.
 */
export const maxSourceLength = 4096;

interface ParseFault {
  readonly error: PathSyntaxError;
}

export type Parsed = { readonly roots: readonly RootNode[] } | ParseFault;

type ParsedList = { readonly list: ListNode } | ParseFault;

const filterParts = /^([^!<>=]+)([!<>=]+)([^\n]+)$/;

/** Parses a template: texts and expressions in braces. */
export function parseTemplate(source: string): Parsed {
  return tooLong(source) ?? parseRoots(new Scanner(source, 0));
}

/** Parses an expression that comes without its braces. Positions count from its first character. */
export function parseExpression(source: string): Parsed {
  return tooLong(source) ?? inside(parseRoots(new Scanner(`{${source}}`, -1)), source.length);
}

function tooLong(source: string): Parsed | undefined {
  if (source.length <= maxSourceLength) return undefined;
  return { error: { message: `longer than ${maxSourceLength} characters`, position: maxSourceLength } };
}

/** An error at a brace that the source does not have belongs to the end of the source. */
function inside<T extends object>(parsed: T | ParseFault, end: number): T | ParseFault {
  if (!('error' in parsed)) return parsed;
  const { message, position } = parsed.error;
  return { error: { message, position: Math.min(position, end) } };
}

function parseRoots(scanner: Scanner): Parsed {
  const { input } = scanner;
  const roots: RootNode[] = [];
  while (scanner.position < input.length) {
    const from = scanner.position;
    scanner.position = scanner.next(/\{/g, from);
    const text = input.slice(from, scanner.position);
    if (text !== '') roots.push({ type: 'text', text, position: scanner.place(from) });
    if (scanner.position === input.length) break;
    const parsed = parseAction(scanner);
    if ('error' in parsed) return parsed;
    roots.push(parsed.list);
  }
  return { roots };
}

/** A pair of braces and what stands inside. */
function parseAction(scanner: Scanner): ParsedList {
  const position = scanner.place();
  const nodes: StepNode[] = [];
  scanner.position += 1;
  while (!scanner.startsWith('}')) {
    const error = parseStep(scanner, nodes);
    if (error !== undefined) return { error };
  }
  scanner.position += 1;
  return { list: { type: 'list', nodes, position } };
}

function parseStep(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  if (scanner.startsWith('[?(')) return parseFilter(scanner, into);
  if (scanner.startsWith('..')) return parseRecursive(scanner, into);
  switch (scanner.peek()) {
    case ' ':
    case '@':
    case '$':
      // The current object: client-go skips these wherever they stand.
      scanner.position += 1;
      return undefined;
    case '[':
      return parseBrackets(scanner, into);
    case '"':
    case "'":
      return parseQuoted(scanner, into);
    case '.':
      scanner.position += 1;
      return parseField(scanner, into, scanner.position - 1);
    default:
      return parseLiteral(scanner, into);
  }
}

function parseLiteral(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  const character = scanner.peek();
  if (character === '' || isEndOfLine(character)) return scanner.error('unclosed action');
  if (character === '+' || character === '-' || isDigit(character)) return parseNumber(scanner, into);
  if (isWordCharacter(character)) return parseIdentifier(scanner, into);
  return scanner.error(`unrecognized character in action: ${describeCharacter(character)}`);
}

function parseRecursive(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  if (into.at(-1)?.type === 'recursive') return scanner.error('invalid multiple recursive descent');
  into.push({ type: 'recursive', position: scanner.place() });
  scanner.position += 2;
  return isWordCharacter(scanner.peek()) ? parseField(scanner, into, scanner.position) : undefined;
}

function parseBrackets(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  const from = scanner.position;
  const end = scanner.next(/[\]\n]/g, from);
  if (scanner.input.charAt(end) !== ']') return scanner.error('unterminated array', from);
  scanner.position = end + 1;
  const content = scanner.input.slice(from + 1, end);
  if (content.includes(',')) return parseUnion(content, scanner.place(from), into);
  if (/^'[^']*'$/.test(content)) return parseKey(content, scanner.place(from), into);
  const slice = parseSlice(content === '*' ? ':' : content, scanner.place(from));
  if ('error' in slice) return slice.error;
  into.push(slice.node);
  return undefined;
}

function parseUnion(content: string, position: number, into: StepNode[]): PathSyntaxError | undefined {
  const lists: ListNode[] = [];
  let start = position + 1;
  for (const part of content.split(',')) {
    const trimmed = trimBlanks(part);
    const inner = parseInner(`[${trimmed}]`, start + part.indexOf(trimmed) - 1);
    if ('error' in inner) return inner.error;
    lists.push(inner.list);
    start += part.length + 1;
  }
  into.push({ type: 'union', lists, position });
  return undefined;
}

/** Go's strings.Trim with a blank; other white space stays, and is refused. */
function trimBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (text.charAt(start) === ' ') start += 1;
  while (end > start && text.charAt(end - 1) === ' ') end -= 1;
  return text.slice(start, end);
}

/** `['a.b']` is parsed again as `.a.b`: a key with a dot in it has to be written `['a\.b']`. */
function parseKey(content: string, position: number, into: StepNode[]): PathSyntaxError | undefined {
  const inner = parseInner(`.${content.slice(1, -1)}`, position + 1);
  if ('error' in inner) return inner.error;
  into.push(...inner.list.nodes);
  return undefined;
}

function parseFilter(scanner: Scanner, into: StepNode[]): PathSyntaxError | undefined {
  const from = scanner.position;
  const end = filterEnd(scanner, from + 3);
  if (end === undefined) return scanner.error('unterminated filter', from);
  if (scanner.input.charAt(end + 1) !== ']') return scanner.error('unclosed array expect ]', end + 1);
  const content = scanner.input.slice(from + 3, end);
  scanner.position = end + 2;
  const [, leftText = content, operator = 'exists', rightText = ''] = filterParts.exec(content) ?? [];
  const start = scanner.place(from + 3);
  const left = parseInner(leftText, start);
  if ('error' in left) return left.error;
  const right = parseInner(rightText, start + leftText.length + operator.length);
  if ('error' in right) return right.error;
  into.push({ type: 'filter', left: left.list, operator, right: right.list, position: scanner.place(from) });
  return undefined;
}

/** The offset of the `)` that ends the filter: the first one that is not inside the first pair of quotes. */
function filterEnd(scanner: Scanner, from: number): number | undefined {
  const { input } = scanner;
  const first = scanner.next(/["')\n]/g, from);
  const quoted = '"\''.includes(input.charAt(first));
  const behind = quoted ? (scanner.closingQuote(first) ?? input.length) : first;
  const end = scanner.next(/[)\n]/g, behind);
  return input.charAt(end) === ')' ? end : undefined;
}

/** A part that is an expression of its own. Like client-go it sees only the first one if a brace smuggles in more. */
function parseInner(text: string, start: number): ParsedList {
  const scanner = new Scanner(`{${text}}`, start - 1);
  const first = parseAction(scanner);
  const rest = 'error' in first ? first : parseRoots(scanner);
  return inside('error' in rest ? rest : first, start + text.length);
}
