/**
 * @module For tests: a table of documents, of changes to them, and of what they must be then.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  withMember,
  withoutMember,
} from '../../../lib/api/json.ts';
import { editDocument } from '../edit.ts';
import { readStream, type TextDocument, type TextPath } from '../stream.ts';

export interface EditCase {
  readonly text: string;
  /** The members and items to set, by path; undefined takes one away, an index beyond the end adds one. */
  readonly set: readonly Setting[];
  readonly want: string;
}

export function documentOf(text: string): TextDocument {
  const [document] = readStream(text, { name: 'app.yaml' }).documents;
  assert.ok(document);
  return document;
}

type Setting = readonly [path: TextPath, value: Json | undefined];

function withSet(value: Json, [path, next]: Setting): Json {
  const [step, ...rest] = path;
  if (step === undefined) return next ?? null;
  if (isList(value)) {
    const index = Number(step);
    const item = rest.length > 0 ? withSet(value[index] ?? null, [rest, next]) : next;
    return value.toSpliced(index, 1, ...(item === undefined ? [] : [item]));
  }
  return withMemberSet(isObject(value) ? value : {}, String(step), [rest, next]);
}

function withMemberSet(object: JsonObject, key: string, [rest, next]: Setting): Json {
  const member = rest.length > 0 ? withSet(object[key] ?? null, [rest, next]) : next;
  return member === undefined ? withoutMember(object, key) : withMember(object, key, member);
}

export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) freeze(member);
  }
  return value;
}

export function checkEdits(cases: Readonly<Record<string, EditCase>>): void {
  for (const [name, { text, set, want }] of Object.entries(cases)) {
    test(name, () => {
      const document = freeze(documentOf(text));
      const value = set.reduce<Json>(withSet, document.value);
      assert.equal(document.opening + editDocument(document, [{ path: [], value }]) + document.closing, want);
    });
  }
}
