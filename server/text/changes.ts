/**
 * @module The structural difference between a parsed document and a wanted value, down to the smallest nodes.
 */
import { type Alias, isAlias, isMap, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from 'yaml';
import { equal, isList, isObject, type Json, type JsonObject, own } from '../../lib/api/json.ts';
import { align } from './align.ts';
import { nodeAt } from './places.ts';
import { isMerge, keyOf, type Resolution } from './resolve.ts';
import type { Collection } from './style.ts';

/** The value of a member or item gets replaced; without a holder, the document's root. */
export interface Replacement {
  readonly kind: 'replace';
  readonly holder: Collection | undefined;
  readonly index: number;
  readonly node: ParsedNode | null;
  readonly value: Json;
}

/** The members or items of a collection after the change, in order: those kept (at least one) and new ones. */
export interface Arrangement {
  readonly kind: 'arrange';
  readonly node: Collection;
  readonly entries: readonly Entry[];
}

export type Entry =
  | { readonly keep: number }
  | { readonly keep: undefined; readonly key: string; readonly value: Json };

/** Changes of inner nodes come before those around them. */
export type Change = Replacement | Arrangement;

/** Nodes that must not stay as they are although their value does: aliases, and mappings with merge keys. */
export type Unshared = ReadonlySet<ParsedNode>;

interface Slot<Node = ParsedNode | null> {
  readonly holder: Collection | undefined;
  readonly index: number;
  readonly node: Node;
}

interface Walk {
  readonly values: ReadonlyMap<ParsedNode, Json>;
  readonly unshared: Unshared;
  readonly changes: Change[];
}

export function compare(
  root: ParsedNode | null,
  wanted: Json,
  resolution: Resolution,
  unshared: Unshared = new Set(),
): Change[] {
  const walk: Walk = { values: resolution.values, unshared, changes: [] };
  visit(walk, { holder: undefined, index: 0, node: root }, wanted);
  return walk.changes;
}

function visit(walk: Walk, slot: Slot, next: Json): void {
  const { node } = slot;
  const same = equal(valueOf(walk, node), next);
  if (same && walk.unshared.size === 0) return;
  if (isMap(node) && isFullObject(next)) compareMaps(walk, { ...slot, node }, next);
  else if (isSeq(node) && isFullList(next)) compareLists(walk, { ...slot, node }, next);
  else if (!same || !mayStay(walk, node)) walk.changes.push({ kind: 'replace', ...slot, value: next });
}

function visitChild(walk: Walk, holder: Collection, index: number, next: Json | undefined): void {
  visit(walk, { holder, index, node: nodeAt(holder, index) }, next ?? null);
}

/** What becomes empty is replaced by `{}` or `[]`. */
function isFullObject(value: Json): value is JsonObject {
  return isObject(value) && Object.keys(value).length > 0;
}

function isFullList(value: Json): value is readonly Json[] {
  return isList(value) && value.length > 0;
}

function valueOf(walk: Walk, node: ParsedNode | null): Json {
  return node === null ? null : (walk.values.get(node) ?? null);
}

function mayStay(walk: Walk, node: ParsedNode | null): boolean {
  return !isAlias(node) || !walk.unshared.has(node);
}

function arrange(walk: Walk, slot: Slot<Collection>, entries: readonly Entry[], next: Json): void {
  const { node } = slot;
  const kept = entries.filter(({ keep }) => keep !== undefined).length;
  if (kept === 0) walk.changes.push({ kind: 'replace', ...slot, value: next });
  else if (kept < node.items.length || entries.length > kept)
    walk.changes.push({ kind: 'arrange', node, entries });
}

function compareMaps(walk: Walk, slot: Slot<YAMLMap.Parsed>, next: JsonObject): void {
  const { node } = slot;
  const dissolve = walk.unshared.has(node) || losesMerged(node, next, walk.values);
  const names = node.items.map(({ key }) => nameOf(key));
  const entries: Entry[] = [];
  for (const [keep, name] of names.entries()) {
    const stays = name === undefined ? !dissolve : Object.hasOwn(next, name);
    if (stays) entries.push({ keep });
    if (stays && name !== undefined) visitChild(walk, node, keep, next[name]);
  }
  // What is merged in and as wanted needs no member of its own.
  const inherited = dissolve ? {} : valueOf(walk, node);
  const present = new Set(names);
  const added = Object.entries(next).filter(
    ([key, value]) => !present.has(key) && !hasMember(inherited, key, value),
  );
  arrange(walk, slot, [...entries, ...added.map(([key, value]) => newEntry(value, key))], next);
}

function newEntry(value: Json, key = ''): Entry {
  return { keep: undefined, key, value };
}

function hasMember(object: Json, key: string, value: Json): boolean {
  const member = isObject(object) ? own(object, key) : undefined;
  return member !== undefined && equal(member, value);
}

function compareLists(walk: Walk, slot: Slot<YAMLSeq.Parsed>, next: readonly Json[]): void {
  const { node } = slot;
  const old = node.items.map((item) => valueOf(walk, item));
  const entries = align(old, next).map(({ old: keep, next: at }): Entry => {
    const value = next[at] ?? null;
    if (keep === undefined) return newEntry(value);
    visitChild(walk, node, keep, value);
    return { keep };
  });
  arrange(walk, slot, entries, next);
}

/** The name of a member that the mapping itself has; undefined for a merge key. */
function nameOf(key: ParsedNode): string | undefined {
  return isMerge(key) ? undefined : keyOf(key);
}

/** True if a member that comes from a merge key alone is not wanted any more: then the merge key has to go. */
function losesMerged(node: YAMLMap.Parsed, next: JsonObject, values: ReadonlyMap<ParsedNode, Json>): boolean {
  if (!node.items.some(({ key }) => isMerge(key))) return false;
  const old = values.get(node);
  const names = new Set(node.items.map(({ key }) => nameOf(key)));
  return isObject(old) && Object.keys(old).some((key) => !names.has(key) && own(next, key) === undefined);
}

/** The aliases and merging mappings that repeat a node touched by one of the spans. */
export function sharersOf(
  root: ParsedNode | null,
  resolution: Resolution,
  spans: readonly { readonly start: number; readonly end: number }[],
): Set<ParsedNode> {
  const touched = (alias: Alias): boolean => {
    const [start, , end] = resolution.targets.get(alias)?.range ?? [0, 0, -1];
    return spans.some((span) => span.start <= end && span.end >= start);
  };
  const found = new Set<ParsedNode>();
  const visit = (node: ParsedNode | null): boolean => {
    if (isAlias(node)) {
      if (touched(node)) found.add(node);
      return touched(node);
    }
    if (isSeq(node)) return node.items.map(visit).some(Boolean);
    if (!isMap(node)) return false;
    const merges = node.items.map(({ key, value }) => visit(value) && isMerge(key));
    if (merges.some(Boolean)) found.add(node);
    return false;
  };
  visit(root);
  return found;
}
