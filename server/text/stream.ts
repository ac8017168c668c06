/**
 * @module Reads a stream of YAML or JSON documents without letting go of its text.
 */
import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { isObject, type Json, type JsonObject } from '../../lib/api/json.ts';
import { offsetInJson, parsePlainJson } from './plain-json.ts';
import { keyOf, resolve } from './resolve.ts';
import { splitStream, type TextPart } from './split.ts';
import { type Fault, parseSyntax, type Syntax } from './syntax.ts';

/** A way from the document's root to a node in it. */
export type TextPath = readonly (string | number)[];

/** A place in the stream; lines and columns count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What is wrong at a place. The message never repeats the text, which may be a Secret. */
export interface TextProblem extends TextPosition {
  readonly severity: 'error' | 'warning';
  /** Where the stream comes from: a path, or what stands for standard input. */
  readonly name: string;
  readonly message: string;
}

/** A Kubernetes object in a document: the whole of it, or an item of a List. */
export interface TextObject {
  readonly value: JsonObject;
  readonly path: TextPath;
  readonly line: number;
}

/** One document. `opening`, `source` and `closing` of all documents, joined, are the stream. */
export interface TextDocument extends TextPart {
  readonly name: string;
  /** The line on which `source` starts. */
  readonly line: number;
  /** null if the document is empty, and also if it has errors. */
  readonly value: Json;
  readonly objects: readonly TextObject[];
  /** Where the node is, or where the nearest one around it that exists. */
  positionOf(path: TextPath): TextPosition;
}

export interface TextStream {
  readonly documents: readonly TextDocument[];
  /** A document with an error has no objects; those around it are not affected. */
  readonly problems: readonly TextProblem[];
}

export function readStream(text: string, options: { readonly name: string }): TextStream {
  const documents: TextDocument[] = [];
  const problems: TextProblem[] = [];
  let line = 1;
  for (const part of splitStream(text)) {
    const read = readDocument(part, { name: options.name, line });
    documents.push(read.document);
    problems.push(...read.problems);
    line += count(part.opening) + count(part.source) + count(part.closing);
  }
  return { documents, problems };
}

interface Place {
  readonly name: string;
  /** The line on which the document's opening starts. */
  readonly line: number;
}

interface ReadDocument {
  readonly document: TextDocument;
  readonly problems: readonly TextProblem[];
}

function readDocument(part: TextPart, place: Place): ReadDocument {
  return readJson(part, place) ?? readYaml(part, place);
}

/**
 * JSON that is beyond question, a hundred times as fast as YAML: clusters hand out large lists. Undefined for all else,
 * and for what has something wrong with it, which the other way explains.
 */
function readJson(part: TextPart, place: Place): ReadDocument | undefined {
  const value = part.opening === '' ? parsePlainJson(part.source) : undefined;
  if (value === undefined) return undefined;
  const { objects, odd } = listObjects(value);
  if (odd.length > 0) return undefined;
  const locate = locator(part.source, place.line);
  const positionOf = (path: TextPath): TextPosition => locate(offsetInJson(part.source, path));
  const document: TextDocument = {
    ...part,
    name: place.name,
    line: place.line,
    value,
    objects: objects.map((object) => ({
      ...object,
      get line() {
        return positionOf(object.path).line;
      },
    })),
    positionOf,
  };
  return { document, problems: [] };
}

function readYaml(part: TextPart, place: Place): ReadDocument {
  // The opening is parsed too: its directives give tags a meaning.
  const text = part.opening + part.source;
  const locate = locator(text, place.line);
  const find = (root: ParsedNode | null, path: TextPath): number => offsetOf(root, path, part.opening.length);
  const { syntax, faults } = parseSyntax(text);
  const { root, value, objects, ...read } = readObjects(syntax);
  const all: Fault[] = [...faults, ...read.faults, ...read.odd.map((path) => noObject(find(root, path)))];
  const broken = all.some((fault) => fault.severity === 'error');
  const document: TextDocument = {
    ...part,
    name: place.name,
    line: place.line + count(part.opening),
    value: broken ? null : value,
    objects: broken
      ? []
      : objects.map(({ value, path }) => ({ value, path, line: locate(find(root, path)).line })),
    // Parsed again when asked for: syntax trees are large, and this is for error messages.
    positionOf: (path) => locate(find(parseSyntax(text).syntax?.contents ?? null, path)),
  };
  const problems = all.map(({ severity, offset, message }): TextProblem => {
    const { line, column } = locate(offset);
    return { severity, name: place.name, line, column, message };
  });
  return { document, problems };
}

interface Objects {
  readonly root: ParsedNode | null;
  readonly value: Json;
  readonly objects: readonly Omit<TextObject, 'line'>[];
  /** Where something else stands. */
  readonly odd: readonly TextPath[];
  readonly faults: readonly Fault[];
}

function readObjects(syntax: Syntax | undefined): Objects {
  if (syntax === undefined) return { root: null, value: null, objects: [], odd: [], faults: [] };
  const { value, faults } = resolve(syntax);
  // A value with faults is not what was meant; what it is made of is not worth another complaint.
  const listed = faults.some(({ severity }) => severity === 'error')
    ? { objects: [], odd: [] }
    : listObjects(value);
  return { root: syntax.contents, value, ...listed, faults };
}

function noObject(offset: number): Fault {
  return { severity: 'error', offset, message: 'a Kubernetes object must be here, and it is a mapping' };
}

/** The objects of a document, Lists in Lists included, and the paths at which something else stands. */
function listObjects(root: Json): Pick<Objects, 'objects' | 'odd'> {
  const objects: Omit<TextObject, 'line'>[] = [];
  const odd: TextPath[] = [];
  const visit = (value: Json, path: TextPath): void => {
    if (!isObject(value)) {
      odd.push(path);
      return;
    }
    const items = itemsOf(value);
    if (items === undefined) objects.push({ value, path });
    else items.forEach((item, i) => visit(item, [...path, 'items', i]));
  };
  if (root !== null) visit(root, []);
  return { objects, odd };
}

/** The items of a List. A custom resource whose kind ends in List, but which has no items, is an object like others. */
function itemsOf(value: JsonObject): readonly Json[] | undefined {
  const { kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List')) return undefined;
  if (Array.isArray(items)) return items as readonly Json[];
  return kind === 'List' && (items ?? null) === null ? [] : undefined;
}

/** Where the node at the path starts: for a member its key. */
function offsetOf(root: ParsedNode | null, path: TextPath, fallback: number): number {
  let node: ParsedNode | null = root;
  let offset = node?.range[0] ?? fallback;
  for (const step of path) {
    const next: { node: ParsedNode | null; offset: number } | undefined = childOf(node, step);
    if (next === undefined) break;
    ({ node, offset } = next);
  }
  return offset;
}

function childOf(
  node: ParsedNode | null,
  step: string | number,
): { node: ParsedNode | null; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => keyOf(key) === String(step));
    return pair && { node: pair.value, offset: isScalar(pair.key) ? pair.key.range[0] : node.range[0] };
  }
  const item = isSeq(node) ? node.items[Number(step)] : undefined;
  return item && { node: item, offset: item.range[0] };
}

/** A function from offsets of the text to positions; the text's first line is `firstLine`. */
function locator(text: string, firstLine: number): (offset: number) => TextPosition {
  let starts: number[] | undefined;
  return (offset) => {
    starts ??= [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: firstLine + low, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function count(text: string): number {
  return text.split('\n').length - 1;
}
