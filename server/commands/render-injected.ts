/**
 * @module The text of injected manifests: what changed is changed in place, everything else is as it was.
 */
import { isList, isObject, type Json, type JsonObject, own, withMember } from '../../lib/api/json.ts';
import type { InjectedObject, InjectResult } from '../../lib/inject/inject.ts';
import type { ManifestFile } from '../source/files/read.ts';
import { unifiedDiff } from '../text/diff.ts';
import { editDocument } from '../text/edit.ts';
import { joinDocuments } from '../text/join.ts';
import { maskText } from '../text/mask.ts';
import { isFlow, type TextPart } from '../text/split.ts';
import { readStream, type TextDocument, type TextPath } from '../text/stream.ts';

export interface RenderOptions {
  readonly output: 'yaml' | 'json';
  readonly diff: boolean;
  readonly changed: boolean;
  /** Whether a diff may be coloured. */
  readonly color: boolean;
}

/** What became of an object of a document. */
interface Change {
  readonly path: TextPath;
  readonly value: JsonObject;
}

/** One document of a file, with its text as it will be. */
interface Rewritten {
  readonly document: TextDocument;
  readonly changes: readonly Change[];
  readonly part: TextPart;
}

function changesOf({ objects }: TextDocument, injected: Iterator<InjectedObject>): readonly Change[] {
  return objects.flatMap(({ path }) => {
    const { value } = injected.next();
    return value === undefined || value.after === value.before ? [] : [{ path, value: value.after }];
  });
}

function rewrite(
  files: readonly ManifestFile[],
  { objects }: InjectResult,
): readonly (readonly Rewritten[])[] {
  const injected = objects[Symbol.iterator]();
  return files.map(({ documents }) =>
    documents.map((document) => {
      const changes = changesOf(document, injected);
      const source = changes.length === 0 ? document.source : editDocument(document, changes);
      return { document, changes, part: { opening: document.opening, source, closing: document.closing } };
    }),
  );
}

const textOf = (parts: readonly TextPart[]): string =>
  parts.map(({ opening, source, closing }) => opening + source + closing).join('');

const isWithin = (path: TextPath, around: TextPath): boolean =>
  around.length <= path.length && around.every((step, index) => step === path[index]);

/** A List (or a List in it) with no other items than those at the paths. */
function onlyItems(list: Json, at: TextPath, kept: readonly TextPath[]): Json {
  if (!isObject(list) || kept.some((path) => path.length === at.length && isWithin(path, at))) return list;
  const items = own(list, 'items');
  if (!isList(items)) return list;
  const some = items.flatMap((item, index): readonly Json[] => {
    const place = [...at, 'items', index];
    return kept.some((path) => isWithin(path, place)) ? [onlyItems(item, place, kept)] : [];
  });
  return withMember(list, 'items', some);
}

/** The document if its object changed; a List with only those items that did. */
function changedPart({ document, changes, part }: Rewritten): readonly TextPart[] {
  if (changes.length === 0) return [];
  if (changes.length === document.objects.length) return [part];
  const [whole] = readStream(part.opening + part.source, { name: document.name }).documents;
  if (whole === undefined) return [part];
  const kept = changes.map(({ path }) => path);
  const source = editDocument(whole, [{ path: [], value: onlyItems(whole.value, [], kept) }]);
  return [{ ...part, source }];
}

const isJson = ({ opening, source }: TextPart): boolean => isFlow(source) && !opening.includes('---');

/**
 * One stream of all files. kubectl reads JSON objects that follow each other, or YAML documents, but not the one after
 * the other: where they meet, JSON becomes a YAML document of its own.
 */
function streamOf(files: readonly (readonly TextPart[])[]): string {
  const parts = files.flat();
  const mixed =
    files.filter((file) => file.length > 0).length > 1 && parts.some(isJson) && !parts.every(isJson);
  return joinDocuments(
    mixed ? parts.map((part) => (isJson(part) ? { ...part, opening: `${part.opening}---\n` } : part)) : parts,
  );
}

function renderDiff(
  files: readonly ManifestFile[],
  rewritten: readonly (readonly Rewritten[])[],
  color: boolean,
): string {
  const diffs = files.map(({ path, documents }, index) => {
    const before = textOf(documents);
    const after = textOf((rewritten[index] ?? []).map(({ part }) => part));
    return before === after ? '' : unifiedDiff(maskText(before), maskText(after), { label: path, color });
  });
  return diffs.join('');
}

function renderList(objects: readonly InjectedObject[]): string {
  const list = { apiVersion: 'v1', kind: 'List', items: objects.map(({ after }) => after) };
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** The whole input as it comes out; with `diff` what changes, with `changed` only the objects that do. */
export function renderInjected(
  files: readonly ManifestFile[],
  result: InjectResult,
  { output, diff, changed, color }: RenderOptions,
): string {
  if (output === 'json' && !diff)
    return renderList(result.objects.filter(({ before, after }) => !changed || before !== after));
  const rewritten = rewrite(files, result);
  if (diff) return renderDiff(files, rewritten, color);
  return streamOf(
    rewritten.map((documents) =>
      changed ? documents.flatMap(changedPart) : documents.map(({ part }) => part),
    ),
  );
}
