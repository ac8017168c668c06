/**
 * @module The function `json`: what Go's encoding/json writes, compact, with sorted keys.
 */

import { maxValueDepth, type Budget } from './budget.ts';
import { Fault } from './fault.ts';
import { sortedKeys } from './printer.ts';
import { item, lengthOf, member, type DataObject, type List, type Value } from './value.ts';

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

export function jsonText(value: Value, budget: Budget): string {
  const parts: string[] = [];
  const writing: Writing = { budget, parts, size: 0 };
  write(value, writing, 0);
  return parts.join('');
}

interface Writing {
  readonly budget: Budget;
  readonly parts: string[];
  size: number;
}

function put(text: string, writing: Writing): void {
  writing.budget.spendOn(text);
  writing.parts.push(text);
  writing.size += text.length;
  writing.budget.grow(writing.size);
}

function write(value: Value, writing: Writing, depth: number): void {
  if (depth > maxValueDepth) throw new Fault(`writes a value of more than ${maxValueDepth} levels`);
  switch (value.kind) {
    case 'absent':
    case 'nil':
      return put('null', writing);
    case 'string':
      writing.budget.spendOn(value.value);
      return put(quoteJson(value.value), writing);
    case 'list':
      return writeList(value, writing, depth);
    case 'map':
      return writeMap(value.value, writing, depth);
    case 'float':
      return put(Object.is(value.value, -0) ? '-0' : String(value.value), writing);
    default:
      return put(String(value.value), writing);
  }
}

function writeList(list: List, writing: Writing, depth: number): void {
  put('[', writing);
  for (let index = 0; index < lengthOf(list); index += 1) {
    if (index > 0) put(',', writing);
    write(item(list, index, writing.budget), writing, depth + 1);
  }
  put(']', writing);
}

function writeMap(map: DataObject, writing: Writing, depth: number): void {
  put('{', writing);
  for (const [index, key] of sortedKeys(map, writing.budget).entries()) {
    put(`${index > 0 ? ',' : ''}${quoteJson(key.toWellFormed())}:`, writing);
    write(member(map, key, writing.budget), writing, depth + 1);
  }
  put('}', writing);
}

/** JSON.stringify agrees with Go, but for what HTML could misread, and for bytes that are no characters. */
function quoteJson(text: string): string {
  if (!text.isWellFormed()) return `"${Array.from(text, quoteCharacter).join('')}"`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? '');
}

function quoteCharacter(character: string): string {
  return character.isWellFormed() ? quoteJson(character).slice(1, -1) : String.raw`\ufffd`;
}
