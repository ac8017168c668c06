/**
 * @module The text of injected manifests: what changed is changed in place, everything else is as it was. The Secret that
 * is made for a binding stands right behind it.
 */
import { writeExactly } from '../../lib/api/exact-json.ts';
import { isList, isObject, type Json, type JsonObject, own, withMember } from '../../lib/api/json.ts';
import type { InjectedObject, InjectResult } from '../../lib/inject/inject.ts';
import type { ManifestFile } from '../source/files/read.ts';
import { unifiedDiff } from '../text/diff.ts';
import { editDocument, type TextChange } from '../text/edit.ts';
import { insertDocumentAfter, joinDocuments } from '../text/join.ts';
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
interface Outcome {
  readonly path: TextPath;
  /** Undefined if it is as it was. */
  readonly value: JsonObject | undefined;
  /** The Secret that goes right behind it. */
  readonly secret: JsonObject | undefined;
}

/** One document of a file, with its text as it will be. */
interface Rewritten {
  readonly document: TextDocument;
  readonly outcomes: readonly Outcome[];
  readonly part: TextPart;
  /** Documents behind it that the file does not have. */
  readonly more: readonly TextPart[];
}

function outcomesOf({ objects }: TextDocument, injected: Iterator<InjectedObject>): readonly Outcome[] {
  return objects.flatMap(({ path }) => {
    const { value } = injected.next();
    if (value === undefined) return [];
    const { before, after, secret } = value;
    return before === after && secret === undefined
      ? []
      : [{ path, value: before === after ? undefined : after, secret }];
  });
}

/** A whole document can have nothing behind it in itself. */
const isWhole = ({ path }: Outcome): boolean => path.length === 0;

function changesOf(outcomes: readonly Outcome[]): readonly TextChange[] {
  return outcomes.flatMap((outcome): readonly TextChange[] => {
    const { path, value, secret } = outcome;
    return [
      ...(value === undefined ? [] : [{ path, value }]),
      ...(secret === undefined || isWhole(outcome)
        ? []
        : [{ path, value: secret, insert: 'after' } as const]),
    ];
  });
}

function rewriteDocument(document: TextDocument, outcomes: readonly Outcome[]): Rewritten {
  const changes = changesOf(outcomes);
  const source = changes.length === 0 ? document.source : editDocument(document, changes);
  const part = { opening: document.opening, source, closing: document.closing };
  const more = outcomes
    .filter(isWhole)
    .flatMap(({ secret }) => (secret === undefined ? [] : insertDocumentAfter([part], 0, secret).slice(1)));
  return { document, outcomes, part, more };
}

function rewrite(
  files: readonly ManifestFile[],
  { objects }: InjectResult,
): readonly (readonly Rewritten[])[] {
  const injected = objects[Symbol.iterator]();
  return files.map(({ documents }) =>
    documents.map((document) => rewriteDocument(document, outcomesOf(document, injected))),
  );
}

const partsOf = ({ part, more }: Rewritten): readonly TextPart[] => [part, ...more];

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

/** Where something stands once the Secrets are put behind their bindings. */
function shifted(path: TextPath, outcomes: readonly Outcome[]): TextPath {
  return path.map((step, depth) => {
    if (typeof step !== 'number') return step;
    const before = outcomes.filter(({ path: other, secret }) => {
      const isBeside = other.length === depth + 1 && isWithin(other, path.slice(0, depth));
      return isBeside && secret !== undefined && Number(other.at(-1)) < step;
    });
    return step + before.length;
  });
}

const following = (path: TextPath): TextPath => [...path.slice(0, -1), Number(path.at(-1)) + 1];

/** What changed and what is new, as the changed document has it. */
function newPlaces(outcomes: readonly Outcome[]): readonly TextPath[] {
  return outcomes.flatMap(({ path, value, secret }) => {
    const place = shifted(path, outcomes);
    return [...(value === undefined ? [] : [place]), ...(secret === undefined ? [] : [following(place)])];
  });
}

/** The document if its object changed, and what was made for it; a List with only those items that did. */
function changedParts({ document, outcomes, part, more }: Rewritten): readonly TextPart[] {
  if (outcomes.length === 0) return [];
  if (outcomes.some(isWhole))
    return outcomes.some(({ value }) => value !== undefined) ? [part, ...more] : more;
  const kept = newPlaces(outcomes);
  const [whole] = readStream(part.opening + part.source, { name: document.name }).documents;
  if (whole === undefined) return [part];
  return [{ ...part, source: editDocument(whole, [{ path: [], value: onlyItems(whole.value, [], kept) }]) }];
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
    const before = joinDocuments(documents);
    const after = joinDocuments((rewritten[index] ?? []).flatMap(partsOf));
    return before === after ? '' : unifiedDiff(maskText(before), maskText(after), { label: path, color });
  });
  return diffs.join('');
}

function renderList(objects: readonly InjectedObject[], changed: boolean): string {
  const items = objects.flatMap(({ before, after, secret }) => [
    ...(changed && before === after ? [] : [after]),
    ...(secret === undefined ? [] : [secret]),
  ]);
  const list = { apiVersion: 'v1', kind: 'List', items };
  return `${writeExactly(list)}\n`;
}

/** The whole input as it comes out; with `diff` what changes, with `changed` only the objects that do. */
export function renderInjected(
  files: readonly ManifestFile[],
  result: InjectResult,
  { output, diff, changed, color }: RenderOptions,
): string {
  if (output === 'json' && !diff) return renderList(result.objects, changed);
  const rewritten = rewrite(files, result);
  if (diff) return renderDiff(files, rewritten, color);
  return streamOf(rewritten.map((documents) => documents.flatMap(changed ? changedParts : partsOf)));
}
