/**
 * @module Where the members and items of a collection stand in the text.
 */
import { type CST, isMap, isScalar, isSeq, type ParsedNode, Scalar } from 'yaml';
import { lineEnd } from './split.ts';
import { type Collection, isCollection, lineStart } from './style.ts';

/** A member of a mapping or an item of a list. */
export interface Place {
  /** Where it starts: its key, dash, anchor or tag, whatever comes first. */
  readonly start: number;
  /** Behind its last character that is neither space nor comment. */
  readonly end: number;
  /** Behind the colon or dash; undefined where there is none. */
  readonly indicator: number | undefined;
  /** Where the value starts, tag and anchor aside; undefined if it is empty. */
  readonly value: number | undefined;
  /** True if the value has a tag or an anchor. */
  readonly decorated: boolean;
}

type Item = CST.CollectionItem;

const BLANK = new Set(['space', 'newline', 'comment', 'comma']);

export function placesOf(collection: Collection): Place[] {
  if (isMap(collection)) return collection.items.map((pair) => placeOf(pair.srcToken, pair.value));
  const items = itemTokens(collection.srcToken);
  return collection.items.map((node, i) => placeOf(items[i], node));
}

/** The end of a node's text, without the spaces and comments behind it. */
export function contentEnd(node: ParsedNode): number {
  if (!isCollection(node) || node.flow === true) return node.range[1];
  const last = node.items.length - 1;
  const token = isMap(node) ? node.items[last]?.srcToken : itemTokens(node.srcToken)[last];
  return placeOf(token, nodeAt(node, last)).end;
}

/**
 * Behind the lines of what ends at `end`: its own line with its comment, and the comment lines below it that are
 * indented by `column` or more.
 */
export function endOfLines(text: string, end: number, column: number): number {
  let done = end > 0 && text.charAt(end - 1) === '\n' ? end : lineEnd(text, end);
  for (let at = done; at < text.length;) {
    const next = lineEnd(text, at);
    const [, indentation = '', rest = ''] = /^([ \t]*)(.?)/.exec(text.slice(at, next)) ?? [];
    const comment = rest === '#' && indentation.length >= column;
    if (comment) done = next;
    else if (rest.trim() !== '') break;
    at = next;
  }
  return done;
}

/** The column of the next line that is neither blank nor a comment; 0 at the end of the document. */
export function nextColumn(text: string, end: number): number {
  for (let at = lineStart(text, end) === end ? end : lineEnd(text, end); at < text.length;) {
    const next = lineEnd(text, at);
    const column = text.slice(at, next).search(/[^ \t\r\n]/);
    if (column !== -1 && text.charAt(at + column) !== '#') return column;
    at = next;
  }
  return 0;
}

/** Only the tokens that became items: not those with nothing but a comment or a trailing comma. */
function itemTokens(token: CST.Token | undefined): Item[] {
  if (token?.type !== 'block-seq' && token?.type !== 'flow-collection') return [];
  const items: Item[] = token.items;
  return items.filter(
    ({ start, key, sep, value }) =>
      key !== undefined ||
      sep !== undefined ||
      value !== undefined ||
      start.some(({ type }) => !BLANK.has(type)),
  );
}

/** The parser was told to keep its tokens, so they are there. */
function placeOf(item: Item | undefined, node: ParsedNode | null): Place {
  if (item === undefined) throw new TypeError('a syntax tree without its tokens');
  const solid = solidTokens(item);
  const indicator = solid.find(({ type }) => type === 'map-value-ind' || type === 'seq-item-ind');
  const value = node === null || isVoid(node) ? undefined : node;
  return {
    start: Math.min(...solid.map(({ offset }) => offset), value?.range[0] ?? Infinity),
    end: value === undefined ? endOf(solid.at(-1)) : contentEnd(value),
    indicator: indicator && endOf(indicator),
    value: value?.range[0],
    decorated: isDecorated(node),
  };
}

/** All but the value, spaces and comments. */
function solidTokens({ start, key, sep }: Item): CST.Token[] {
  return [...start, ...(key ? [key] : []), ...(sep ?? [])].filter(({ type }) => !BLANK.has(type));
}

/** True if the node has a tag or an anchor. */
export function isDecorated(node: ParsedNode | null): boolean {
  return node !== null && (node.tag !== undefined || ('anchor' in node && node.anchor !== undefined));
}

/** True for nothing behind a colon or dash: null, without a word for it. */
function isVoid(node: ParsedNode): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && node.source === '';
}

function endOf(token: CST.Token | undefined): number {
  if (token === undefined) throw new TypeError('a syntax tree without its tokens');
  return token.offset + ('source' in token ? token.source.length : 0);
}

/** The node of a member or item; null if there is none. */
export function nodeAt(collection: Collection, index: number): ParsedNode | null {
  if (isSeq(collection)) return collection.items[index] ?? null;
  return collection.items[index]?.value ?? null;
}
