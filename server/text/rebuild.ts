/**
 * @module The second-best way to change a document: change its syntax tree and print it. Comments and the source text of
 * scalars stay, the layout does not; what aliases and merge keys repeat is written out.
 */
import { isAlias, isMap, isScalar, isSeq, type ParsedNode, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { equal, isObject, type Json, own } from '../../lib/api/json.ts';
import { align } from './align.ts';
import { type BlockStyle, renderFlow } from './render.ts';
import { isMerge, keyOf, resolve } from './resolve.ts';
import { type Syntax } from './syntax.ts';

type AnyNode = Scalar | YAMLMap | YAMLSeq;

/** Changes the tree; do not use it afterwards. */
export function rebuild(syntax: Syntax, wanted: Json, style: BlockStyle): string {
  const { values } = resolve(syntax);

  const settle = (node: ParsedNode | null, next: Json): AnyNode => {
    if (node === null || isAlias(node)) return create(next);
    delete node.anchor;
    if (isMap(node) && isObject(next)) return settleMap(node, next);
    if (isSeq(node) && Array.isArray(next)) return settleSeq(node, next as readonly Json[]);
    if (isScalar(node) && equal(values.get(node) ?? null, next)) return node;
    return withComments(node, create(next));
  };

  const settleMap = (node: YAMLMap.Parsed, next: Readonly<Record<string, Json>>): AnyNode => {
    const map: YAMLMap = node;
    const kept: Pair[] = [];
    const present = new Set<string>();
    for (const pair of node.items) {
      const name = isMerge(pair.key) ? undefined : keyOf(pair.key);
      const member = name === undefined ? undefined : own(next, name);
      if (name === undefined || member === undefined) continue;
      present.add(name);
      kept.push(new Pair(pair.key, settle(pair.value, member)));
    }
    const added = Object.entries(next).filter(([key]) => !present.has(key));
    map.items = [...kept, ...added.map(([key, value]) => new Pair(textNode(key), create(value)))];
    return map;
  };

  const settleSeq = (node: YAMLSeq.Parsed, next: readonly Json[]): AnyNode => {
    const seq: YAMLSeq = node;
    const items = node.items;
    const old = items.map((item) => values.get(item) ?? null);
    seq.items = align(old, next).map(({ old: from, next: to }) =>
      from === undefined ? create(next[to] ?? null) : settle(items[from] ?? null, next[to] ?? null),
    );
    return seq;
  };

  const create = (value: Json): AnyNode => {
    if (Array.isArray(value)) {
      const seq = new YAMLSeq();
      seq.items = value.map((item: Json) => create(item));
      return seq;
    }
    if (isObject(value)) {
      const map = new YAMLMap();
      map.items = Object.entries(value).map(([key, member]) => new Pair(textNode(key), create(member)));
      return map;
    }
    if (typeof value === 'string') return textNode(value);
    return new Scalar(
      renderFlow(value, { json: true, spaced: true, unit: undefined, numbers: style.numbers }, ''),
    );
  };

  const contents = settle(syntax.contents, wanted);
  Object.assign(syntax, { contents });
  return syntax.toString({
    lineWidth: 0,
    directives: false,
    doubleQuotedAsJSON: true,
    indent: style.step,
    indentSeq: style.listStep > 0,
    flowCollectionPadding: false,
  });
}

/** Quoted: plain text is for the splices, which decide when it is safe. */
function textNode(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

function withComments(from: ParsedNode, to: AnyNode): AnyNode {
  const { comment, commentBefore, spaceBefore } = from;
  return Object.assign(
    to,
    comment ? { comment } : {},
    commentBefore ? { commentBefore } : {},
    spaceBefore === true ? { spaceBefore } : {},
  );
}
