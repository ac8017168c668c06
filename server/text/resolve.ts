/**
 * @module From the syntax of a document to its value: scalars, aliases and merge keys as kubectl understands them.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { isObject, type Json } from '../../lib/api/json.ts';
import { isAmbiguousWord, readKey, readPlain } from './scalar.ts';
import { type Fault, MAX_DEPTH, type Syntax, TOO_DEEP } from './syntax.ts';

export interface Resolution {
  readonly value: Json;
  /** What each node on its own stands for. */
  readonly values: ReadonlyMap<ParsedNode, Json>;
  /** The node that each alias repeats. */
  readonly targets: ReadonlyMap<Alias, ParsedNode>;
  /** The source text of numbers that JavaScript does not hold exactly, or not as they are written. */
  readonly numbers: ReadonlyMap<number, string>;
  readonly faults: readonly Fault[];
}

/**
 * How many characters and nodes aliases may add. The API server takes no object of more than 3 MiB
 * (its default limit for a request), so a document that grows beyond this cannot be meant.
 */
const MAX_REPEATED = 8 * 1024 * 1024;

interface Anchored {
  readonly node: ParsedNode;
  readonly value: Json;
  readonly weight: number;
  readonly height: number;
}

interface Walk {
  readonly values: Map<ParsedNode, Json>;
  readonly targets: Map<Alias, ParsedNode>;
  readonly numbers: Map<number, string>;
  readonly faults: Fault[];
  readonly anchors: Map<string, Anchored>;
  /** Characters and nodes so far, those that aliases repeat included; and the latter alone. */
  weight: number;
  repeated: number;
  /** The deepest level reached since it was last reset. */
  deepest: number;
}

export function resolve(syntax: Syntax): Resolution {
  const walk: Walk = {
    values: new Map(),
    targets: new Map(),
    numbers: new Map(),
    faults: [],
    anchors: new Map(),
    weight: 0,
    repeated: 0,
    deepest: 0,
  };
  const value = read(walk, syntax.contents, 0);
  return { value, values: walk.values, targets: walk.targets, numbers: walk.numbers, faults: walk.faults };
}

/** The name of a member, as kubectl makes it from whatever stands there; undefined if it is none. */
export function keyOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const text = key.source ?? '';
  return isPlain(key) ? readKey(text) : text;
}

/** True for `<<`, unquoted. */
export function isMerge(key: unknown): boolean {
  return isScalar(key) && isPlain(key) && key.source === '<<';
}

function isPlain(node: Scalar): boolean {
  return node.type === 'PLAIN' && node.tag === undefined;
}

function fault(walk: Walk, node: ParsedNode, message: string, severity: Fault['severity'] = 'error'): null {
  walk.faults.push({ severity, offset: node.range[0], message });
  return null;
}

function read(walk: Walk, node: ParsedNode | null, depth: number): Json {
  if (node === null) return null;
  if (depth > MAX_DEPTH) return fault(walk, node, TOO_DEEP);
  const before = { weight: walk.weight, deepest: walk.deepest };
  walk.weight += 1;
  walk.deepest = depth;
  const value = isAlias(node) ? readAlias(walk, node, depth) : readContent(walk, node, depth);
  walk.values.set(node, value);
  if (!isAlias(node) && node.anchor !== undefined) {
    const size = { weight: walk.weight - before.weight, height: walk.deepest - depth };
    walk.anchors.set(node.anchor, { node, value, ...size });
  }
  walk.deepest = Math.max(walk.deepest, before.deepest);
  return value;
}

function readContent(walk: Walk, node: Exclude<ParsedNode, Alias.Parsed>, depth: number): Json {
  if (isMap(node)) return readMap(walk, node, depth);
  if (isSeq(node)) return node.items.map((item) => read(walk, item, depth + 1));
  return readScalar(walk, node);
}

function readAlias(walk: Walk, node: Alias.Parsed, depth: number): Json {
  const anchored = walk.anchors.get(node.source);
  if (anchored === undefined) {
    return fault(walk, node, 'this alias has no anchor before it, or stands inside of what it repeats');
  }
  if (depth + anchored.height > MAX_DEPTH) return fault(walk, node, TOO_DEEP);
  walk.weight += anchored.weight;
  walk.repeated += anchored.weight;
  if (walk.repeated > MAX_REPEATED) {
    walk.anchors.clear();
    return fault(walk, node, 'the aliases of this document repeat too much');
  }
  walk.deepest = Math.max(walk.deepest, depth + anchored.height);
  walk.targets.set(node, anchored.node);
  return anchored.value;
}

function readMap(walk: Walk, map: YAMLMap.Parsed, depth: number): Json {
  const members = new Map<string, Json>();
  const seen = new Set<string>();
  for (const { key, value: node } of map.items) {
    const name = isMerge(key) ? undefined : readName(walk, key);
    const value = read(walk, node, depth + 1);
    if (isMerge(key) && !merge(members, value)) fault(walk, key, 'only mappings can be merged with <<');
    if (name === undefined) continue;
    if (seen.has(name)) fault(walk, key, 'this key is there twice');
    seen.add(name);
    members.set(name, value);
  }
  return Object.fromEntries(members);
}

/** kubectl merges where `<<` stands: over the members before it, under those behind it. Of several, the first wins. */
function merge(members: Map<string, Json>, value: Json): boolean {
  const sources = Array.isArray(value) ? (value as readonly Json[]).toReversed() : [value];
  for (const source of sources) {
    if (!isObject(source)) return false;
    for (const [name, member] of Object.entries(source)) members.set(name, member);
  }
  return true;
}

function readName(walk: Walk, key: ParsedNode): string | undefined {
  const name = keyOf(key);
  if (name === undefined || !isScalar(key)) {
    fault(walk, key, 'a key must be text, a number or a boolean');
    return undefined;
  }
  walk.weight += name.length;
  if (key.anchor !== undefined) {
    walk.anchors.set(key.anchor, { node: key, value: name, weight: name.length, height: 0 });
  }
  warnAboutWord(walk, key);
  return name;
}

function warnAboutWord(walk: Walk, node: Scalar.Parsed): void {
  if (!isPlain(node) || !isAmbiguousWord(node.source)) return;
  const message =
    'kubectl reads an unquoted y, n, yes, no, on or off as a boolean; quote it if it is meant as text';
  fault(walk, node, message, 'warning');
}

function readScalar(walk: Walk, node: Scalar.Parsed): Json {
  walk.weight += node.source.length;
  warnAboutWord(walk, node);
  if (isPlain(node)) return readNumber(walk, node, readPlain(node.source));
  switch (node.tag) {
    case 'tag:yaml.org,2002:null':
      return readTagged(walk, node, 'object');
    case 'tag:yaml.org,2002:bool':
      return readTagged(walk, node, 'boolean');
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
      return readTagged(walk, node, 'number');
    case 'tag:yaml.org,2002:binary':
      return Buffer.from(node.source, 'base64').toString('utf8');
    default:
      return node.source;
  }
}

/** `!!int "12"`: the tag says how to read it, quoted or not. */
function readTagged(walk: Walk, node: Scalar.Parsed, type: 'object' | 'boolean' | 'number'): Json {
  const value = readPlain(node.source);
  const isFitting = typeof value === type || (type === 'number' && typeof value === 'bigint');
  if (!isFitting) return fault(walk, node, 'this value does not fit its tag');
  return readNumber(walk, node, value);
}

function readNumber(walk: Walk, node: Scalar.Parsed, value: ReturnType<typeof readPlain>): Json {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return fault(walk, node, 'JSON has no infinity and no NaN');
  if (!Number.isSafeInteger(value)) walk.numbers.set(value, node.source);
  return value;
}
