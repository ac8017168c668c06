/**
 * @module New content as text: block style with a given indentation, or flow style (JSON included).
 */
import { stringify } from 'yaml';
import { isList, isObject, type Json, type JsonObject } from '../../lib/api/json.ts';
import { needsQuotes } from './scalar.ts';

export interface BlockStyle {
  /** By how much a mapping is indented under its key. */
  readonly step: number;
  /** By how much a list is indented under its key. */
  readonly listStep: number;
  /** How far behind its dash an item starts that has lines below: 2, if a space is between them. */
  readonly gap: number;
  /** The source text of numbers that JavaScript does not hold exactly. */
  readonly numbers: ReadonlyMap<number, string>;
}

export interface FlowStyle {
  /** Quote everything, as JSON wants it. */
  readonly json: boolean;
  /** A space behind colons and commas. */
  readonly spaced: boolean;
  /** Every member on its own line, indented by this; undefined for everything on one line. */
  readonly unit: string | undefined;
  readonly numbers: ReadonlyMap<number, string>;
}

const NO_NUMBERS: ReadonlyMap<number, string> = new Map();

/** kubectl's own style. */
const KUBECTL_STYLE = { step: 2, listStep: 0, gap: 2 };

/** A new document, with line feeds and without a separator. */
export function renderObject(
  value: JsonObject,
  {
    json = false,
    numbers = NO_NUMBERS,
  }: { readonly json?: boolean; readonly numbers?: BlockStyle['numbers'] } = {},
): string {
  if (json) return `${renderFlow(value, { json, spaced: true, unit: '  ', numbers }, '')}\n`;
  return `${renderLines(value, 0, { ...KUBECTL_STYLE, numbers }).join('\n')}\n`;
}

/** The lines of a value that stands on its own, indented. */
export function renderLines(value: Json, column: number, style: BlockStyle): string[] {
  if (isObject(value) && !isEmpty(value)) {
    return Object.entries(value).flatMap(([key, member]) => renderMember(key, member, column, style));
  }
  if (isList(value) && !isEmpty(value)) return value.flatMap((item) => renderItem(item, column, style));
  const [first = '', ...rest] = renderScalar(value, column, style);
  return [' '.repeat(column) + first, ...rest];
}

/** The lines of a member of a block mapping. */
export function renderMember(key: string, value: Json, column: number, style: BlockStyle): string[] {
  const [head = '', ...rest] = renderAfterColon(value, column, style);
  return [`${' '.repeat(column)}${renderText(key, false)}:${head}`, ...rest];
}

/** The lines of an item of a block list whose dash is in the column. */
export function renderItem(value: Json, column: number, style: BlockStyle): string[] {
  const [head = '', ...rest] = renderAfterDash(value, column, style);
  return [`${' '.repeat(column)}-${head}`, ...rest];
}

/** What follows `key:` if the key is in the column: the rest of that line, and the lines below. */
export function renderAfterColon(value: Json, column: number, style: BlockStyle): string[] {
  if (isEmpty(value)) return renderScalarAfter(value, column, style);
  return ['', ...renderLines(value, column + (isList(value) ? style.listStep : style.step), style)];
}

/** What follows a dash in the column. */
export function renderAfterDash(value: Json, column: number, style: BlockStyle): string[] {
  if (isEmpty(value)) return renderScalarAfter(value, column, style);
  const [first = '', ...rest] = renderLines(value, column + style.gap, style);
  return [first.slice(column + 1), ...rest];
}

/** Flow style; `base` is the indentation of the line on which it starts. */
export function renderFlow(value: Json, style: FlowStyle, base: string): string {
  const inner = base + (style.unit ?? '');
  const wrap = (open: string, parts: readonly string[], close: string): string =>
    style.unit === undefined
      ? open + parts.join(style.spaced ? ', ' : ',') + close
      : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${base}${close}`;
  if (isList(value) && value.length > 0) {
    return wrap(
      '[',
      value.map((item) => renderFlow(item, style, inner)),
      ']',
    );
  }
  if (!isObject(value) || isEmpty(value)) return renderFlowScalar(value, style);
  return wrap(
    '{',
    Object.entries(value).map(([key, member]) => renderFlowMember(key, member, style, inner)),
    '}',
  );
}

export function renderFlowMember(key: string, value: Json, style: FlowStyle, base: string): string {
  const name = style.json ? quote(key) : renderText(key, true);
  return `${name}:${style.spaced ? ' ' : ''}${renderFlow(value, style, base)}`;
}

/** True for everything that has no members: scalars too. */
function isEmpty(value: Json): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function renderScalarAfter(value: Json, column: number, style: BlockStyle): string[] {
  const [first = '', ...rest] = renderScalar(value, column, style);
  return [` ${first}`, ...rest];
}

function renderScalar(value: Json, column: number, style: BlockStyle): string[] {
  if (typeof value !== 'string') return [renderOther(value, style.numbers)];
  if (!isBlockText(value)) return [renderText(value, false)];
  const lines = value.replace(/\n$/, '').split('\n');
  const indentation = ' '.repeat(column + style.step);
  return [value.endsWith('\n') ? '|' : '|-', ...lines.map((line) => (line === '' ? '' : indentation + line))];
}

function renderFlowScalar(value: Json, style: FlowStyle): string {
  if (typeof value !== 'string') return renderOther(value, style.numbers);
  return style.json ? quote(value) : renderText(value, true);
}

/** null, booleans, numbers, and empty collections: the same in every style. */
function renderOther(value: Json, numbers: ReadonlyMap<number, string>): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return JSON.stringify(value);
  const source = numbers.get(value);
  return source !== undefined && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(source) ? source : JSON.stringify(value);
}

/** Text of several lines that a literal block scalar shows as it is, without indentation and chomping indicators. */
function isBlockText(text: string): boolean {
  return /^[^\s][^]*\n/.test(text) && !/\s\n*$/.test(text.replace(/\n$/, '')) && !SPECIAL.test(text);
}

/** Whatever some reader might not print, take for a line break, or refuse. */
const SPECIAL = /[[\p{Cc}\p{Cs}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}]--[\n\t]]/v;

/** Unquoted if every reader then reads the same text; in flow style only if it is harmless at first sight. */
function renderText(text: string, flow: boolean): string {
  const harmless =
    !/[\n\t]/.test(text) && !SPECIAL.test(text) && !needsQuotes(text) && !/^(?:---|\.\.\.)/.test(text);
  if (!harmless || (flow && !/^[\w./-]+(?: [\w./-]+)*$/.test(text))) return quoteReadably(text);
  return stringify(text, { lineWidth: 0, compat: 'yaml-1.1' }) === `${text}\n` ? text : quoteReadably(text);
}

/** Single quotes, in which nothing is escaped, for text that holds double ones: JSON in an annotation stays legible. */
function quoteReadably(text: string): string {
  const legible = text.includes('"') && !/[\n\t]/.test(text) && !SPECIAL.test(text);
  return legible ? `'${text.replaceAll("'", "''")}'` : quote(text);
}

/** JSON's quotes are YAML's double quotes, once what JSON leaves as it is but YAML does not is escaped. */
function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u{7f}-\u{9f}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
