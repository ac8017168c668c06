/**
 * @module Where numbers, strings and character constants end. Whether they are right is seen when they are read.
 */

import { isAlphanumeric, isDigit } from './characters.ts';
import { Fault } from './fault.ts';
import type { Token, TokenType } from './token.ts';

/** Each form of a number after its sign, with the digits that its prefix asks for; Go scans no better. */
const number = new RegExp(
  [
    String.raw`[+-]?(?:`,
    String.raw`0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|`,
    String.raw`0[oO][0-7_]*(?:\.[0-7_]*)?|`,
    String.raw`0[bB][01_]*(?:\.[01_]*)?|`,
    String.raw`[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?`,
    String.raw`)i?`,
  ].join(''),
  'y',
);

export function numberToken(source: string, at: number): Token | undefined {
  if (!startsNumber(source, at)) return undefined;
  const end = scan(source, at);
  const sign = source.charAt(end);
  if (sign !== '+' && sign !== '-') return { type: 'number', at, value: source.slice(at, end) };
  const second = scan(source, end);
  const value = source.slice(at, second);
  if (!value.endsWith('i')) throw new Fault(`bad number syntax: ${JSON.stringify(value)}`, at);
  return { type: 'complex', at, value };
}

/** A dot that ends the source, or that a digit follows, begins a number; any other begins a field. */
function startsNumber(source: string, at: number): boolean {
  const first = source.charAt(at);
  if (first === '.') return at + 1 === source.length || isDigit(source.charAt(at + 1));
  return first === '+' || first === '-' || isDigit(first);
}

function scan(source: string, at: number): number {
  number.lastIndex = at;
  const end = at + (number.exec(source)?.[0] ?? '').length;
  const next = source.codePointAt(end);
  if (next !== undefined && isAlphanumeric(String.fromCodePoint(next))) {
    throw new Fault(`bad number syntax: ${JSON.stringify(source.slice(at, end + 1))}`, at);
  }
  return end;
}

interface Form {
  readonly type: TokenType;
  readonly pattern: RegExp;
  readonly open: string;
}

const forms: ReadonlyMap<string, Form> = new Map([
  ['"', { type: 'string', pattern: /"(?:[^"\\\n]|\\[^\n])*"/y, open: 'unterminated quoted string' }],
  ['`', { type: 'raw string', pattern: /`[^`]*`/y, open: 'unterminated raw quoted string' }],
  [
    "'",
    {
      type: 'character constant',
      pattern: /'(?:[^'\\\n]|\\[^\n])*'/y,
      open: 'unterminated character constant',
    },
  ],
]);

export function quotedToken(source: string, at: number): Token | undefined {
  const form = forms.get(source.charAt(at));
  if (form === undefined) return undefined;
  form.pattern.lastIndex = at;
  const value = form.pattern.exec(source)?.[0];
  if (value === undefined) throw new Fault(form.open, at);
  return { type: form.type, at, value };
}
