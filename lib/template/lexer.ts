/**
 * @module The tokens of a template, as Go's text/template/parse/lex.go cuts them.
 */

import type { Slices } from '../api/slices.ts';
import { describeCharacter, isAlphanumeric, isSpace } from './characters.ts';
import { Fault } from './fault.ts';
import { quotedToken, numberToken } from './lex-literal.ts';
import { Pace } from './pace.ts';
import type { Token, TokenType } from './token.ts';

const leftDelimiter = '{{';
const rightDelimiter = '}}';
const rightTrim = /[ \t\r\n]-\}\}/y;
const spaces = /[ \t\r\n]*/y;
const word = /[_\p{L}\p{Nd}]*/uy;

const keywords: ReadonlySet<string> = new Set<TokenType>([
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'range',
  'nil',
  'template',
  'with',
]);

/** All tokens; the last one is the end of the source or what is wrong with it. */
export function* tokenize(source: string): Slices<readonly Token[]> {
  const lexer = new Lexer(source);
  while (!lexer.advance()) yield;
  return lexer.tokens;
}

class Lexer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #isInside = false;
  #parentheses = 0;
  readonly #pace = new Pace();

  constructor(source: string) {
    this.#source = source;
  }

  get tokens(): readonly Token[] {
    return this.#tokens;
  }

  /** Cuts the tokens of a slice. True once there are no more. */
  advance(): boolean {
    try {
      while (this.#isInside || this.#text()) if (!this.#action()) return false;
      this.#emit('end of input', this.#at, '');
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#emit('error', fault.at ?? this.#at, fault.message);
    }
    return true;
  }

  #emit(type: TokenType, at: number, value: string): void {
    this.#tokens.push({ type, at, value });
  }

  /** Text up to the next action; false at the end. Comments are passed over. */
  #text(): boolean {
    const source = this.#source;
    for (;;) {
      const from = this.#at;
      const open = source.indexOf(leftDelimiter, from);
      const end = open === -1 ? source.length : open;
      const text = source.slice(from, end);
      const trims = open !== -1 && source[open + 2] === '-' && isSpace(source.charAt(open + 3));
      const kept = trims ? withoutTrailingSpaces(text) : text;
      if (kept !== '') this.#emit('text', from, kept);
      this.#at = end;
      if (open === -1) return false;
      this.#at = open + (trims ? 4 : 2);
      if (!source.startsWith('/*', this.#at)) {
        this.#emit('left delimiter', open, leftDelimiter);
        return true;
      }
      this.#comment(open);
    }
  }

  #comment(open: number): void {
    const close = this.#source.indexOf('*/', this.#at + 2);
    if (close === -1) throw new Fault('unclosed comment', open);
    this.#at = close + 2;
    if (!this.#atRightDelimiter()) throw new Fault('comment ends before closing delimiter', open);
    this.#passRightDelimiter();
  }

  #match(pattern: RegExp, at = this.#at): string {
    pattern.lastIndex = at;
    return pattern.exec(this.#source)?.[0] ?? '';
  }

  #atRightDelimiter(): boolean {
    return this.#source.startsWith(rightDelimiter, this.#at) || this.#match(rightTrim) !== '';
  }

  #passRightDelimiter(): void {
    const trim = this.#match(rightTrim);
    this.#at += trim === '' ? 2 : trim.length;
    if (trim !== '') this.#at += this.#match(spaces).length;
  }

  /** To the end of an action; false if the slice is over before. */
  #action(): boolean {
    if (!this.#isInside) this.#parentheses = 0;
    this.#isInside = true;
    while (!this.#atRightDelimiter()) {
      if (this.#pace.isOver(this.#tokens.length)) return false;
      this.#inside();
    }
    this.#isInside = false;
    if (this.#parentheses > 0) throw new Fault('unclosed left parenthesis', this.#at);
    this.#emit('right delimiter', this.#at, rightDelimiter);
    this.#passRightDelimiter();
    return true;
  }

  #inside(): void {
    const at = this.#at;
    const character = String.fromCodePoint(this.#source.codePointAt(at) ?? 0);
    if (at === this.#source.length) throw new Fault('unclosed action', at);
    if (isSpace(character)) return this.#space();
    const token = numberToken(this.#source, at) ?? quotedToken(this.#source, at);
    if (token !== undefined) return this.#push(token);
    if (character === '.' || character === '$') return this.#name(character === '.' ? 'field' : 'variable');
    if (isAlphanumeric(character)) return this.#identifier();
    this.#punctuation(character);
  }

  #push(token: Token): void {
    this.#tokens.push(token);
    this.#at += token.value.length;
  }

  /** A run of blanks, but for the last one if it belongs to a trim marker. */
  #space(): void {
    const run = this.#match(spaces);
    const last = this.#at + run.length - 1;
    const length = this.#match(rightTrim, last) === '' ? run.length : run.length - 1;
    if (length > 0) this.#push({ type: 'space', at: this.#at, value: run.slice(0, length) });
  }

  /** `.name`, `$name`, or the sign alone. */
  #name(type: 'field' | 'variable'): void {
    const at = this.#at;
    const name = this.#match(word, at + 1);
    const value = this.#source.charAt(at) + name;
    this.#expectEnd(at + value.length);
    this.#push({ type: value === '.' ? 'dot' : type, at, value });
  }

  #identifier(): void {
    const value = this.#match(word);
    this.#expectEnd(this.#at + value.length);
    this.#push({ type: identifierType(value), at: this.#at, value });
  }

  /** What may follow a name: so that `$x+2` can have a meaning one day. */
  #expectEnd(at: number): void {
    const source = this.#source;
    if (at === source.length || source.startsWith(rightDelimiter, at)) return;
    const next = String.fromCodePoint(source.codePointAt(at) ?? 0);
    if (!/^[ \t\r\n.,|:)(]$/.test(next)) throw new Fault(`bad character ${describeCharacter(next)}`, at);
  }

  #punctuation(character: string): void {
    const at = this.#at;
    if (this.#source.startsWith(':=', at)) return this.#push({ type: 'declare', at, value: ':=' });
    if (character === ':') throw new Fault('expected :=', at);
    if (!/^[\x21-\x7e]$/.test(character)) {
      throw new Fault(`unrecognized character in action: ${describeCharacter(character)}`, at);
    }
    if (character === '(') this.#parentheses += 1;
    if (character === ')') this.#parentheses -= 1;
    if (this.#parentheses < 0) throw new Fault('unexpected right parenthesis', at);
    this.#push({ type: marks.get(character) ?? 'character', at, value: character });
  }
}

// A pattern for this takes quadratic time.
function withoutTrailingSpaces(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

const marks: ReadonlyMap<string, TokenType> = new Map([
  ['=', 'assign'],
  ['|', 'pipe'],
  ['(', 'left parenthesis'],
  [')', 'right parenthesis'],
]);

function isKeyword(value: string): value is TokenType {
  return keywords.has(value);
}

function identifierType(value: string): TokenType {
  if (isKeyword(value)) return value;
  return value === 'true' || value === 'false' ? 'bool' : 'identifier';
}
