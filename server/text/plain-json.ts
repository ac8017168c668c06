/**
 * @module JSON read as such: much faster than YAML, of which it is a part, but without a syntax tree.
 */
import { parseExactly } from '../../lib/api/exact-json.ts';
import type { Json } from '../../lib/api/json.ts';
import { MAX_DEPTH } from './syntax.ts';

/** A string, and behind it the colon that makes it a key. */
const STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** How many members the text has, those that are overwritten by a later one of the same name included. */
function keysIn(text: string): number {
  let keys = 0;
  for (const [, colon] of text.matchAll(STRING)) if (colon !== undefined) keys += 1;
  return keys;
}

/** NaN, which equals nothing, for what is nested too deeply or would be merged if it were YAML. */
function membersOf(value: Json, depth = 0): number {
  if (depth > MAX_DEPTH) return Number.NaN;
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly Json[] = Array.isArray(value) ? value : Object.values(value);
  let members = Array.isArray(value) ? 0 : inner.length;
  if (!Array.isArray(value) && Object.hasOwn(value, '<<')) return Number.NaN;
  for (const item of inner) members += membersOf(item, depth + 1);
  return members;
}

/** Undefined for what is no JSON object, or has a key twice: which of the two was meant, the text does not tell. */
export function parsePlainJson(text: string): Json | undefined {
  if (!/^[ \t\r\n]*\{/.test(text)) return undefined;
  try {
    const value = parseExactly(text);
    return membersOf(value) === keysIn(text) ? value : undefined;
  } catch {
    return undefined;
  }
}

const BLANK = /[ \t\r\n]*/y;
const SCALAR = /"(?:[^"\\]|\\.)*"|[^\s,\]}]+/y;

class Cursor {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skip(BLANK);
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.at += found.length;
    return found;
  }

  /** Whether a collection that starts with this bracket starts here. */
  opens(bracket: '{' | '['): boolean {
    return this.#text.charAt(this.at) === bracket;
  }

  /** The next token, with the blanks behind it. */
  token(): string {
    const char = this.#text.charAt(this.at);
    if (!'{}[],:'.includes(char)) {
      const scalar = this.#skip(SCALAR);
      this.#skip(BLANK);
      return scalar;
    }
    this.at += 1;
    this.#skip(BLANK);
    return char;
  }

  /** Passes over one value. */
  pass(): void {
    let depth = 0;
    do {
      const token = this.token();
      if (token === '{' || token === '[') depth += 1;
      else if (token === '}' || token === ']') depth -= 1;
    } while (depth > 0);
  }
}

/** Goes to the value of a member, returns where its key starts; undefined if there is none. */
function enterMember(cursor: Cursor, name: string): number | undefined {
  while (cursor.token() !== '}') {
    const start = cursor.at;
    const key = cursor.token();
    if (key === '}') return undefined;
    cursor.token();
    if (JSON.parse(key) === name) return start;
    cursor.pass();
  }
  return undefined;
}

function enterItem(cursor: Cursor, index: number): number | undefined {
  for (let passed = 0; cursor.token() !== ']'; passed += 1) {
    if (passed === index) return cursor.at;
    cursor.pass();
  }
  return undefined;
}

/** Where a place of a JSON text starts, a member with its key; of what is not there, the nearest thing around it. */
export function offsetInJson(text: string, path: readonly (string | number)[]): number {
  const cursor = new Cursor(text);
  let offset = cursor.at;
  for (const step of path) {
    const enters = cursor.opens('{') || cursor.opens('[');
    const next = !enters
      ? undefined
      : cursor.opens('{')
        ? enterMember(cursor, String(step))
        : enterItem(cursor, Number(step));
    if (next === undefined) break;
    offset = next;
  }
  return offset;
}
