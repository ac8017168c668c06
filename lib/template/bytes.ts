/**
 * @module Go's strings are bytes, ours are UTF-16. A byte that is no valid UTF-8 (from an escape such as "\xff", or half
 * a character cut off by `slice`) is kept as a lone surrogate, U+DC80 for 0x80 to U+DCFF for 0xff. Data and sources
 * hold no lone surrogates of their own (they are replaced when read), so the two cannot be confused.
 */

const firstEscape = 0xdc80;
const lastEscape = 0xdcff;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A byte of 0x80 or more that stands for itself. */
export function escapeByte(byte: number): string {
  return String.fromCharCode(firstEscape - 0x80 + byte);
}

/** The byte that a code point stands for; undefined if it is a character. */
export function escapedByte(codePoint: number): number | undefined {
  return codePoint >= firstEscape && codePoint <= lastEscape ? codePoint - firstEscape + 0x80 : undefined;
}

export function encode(text: string): Uint8Array {
  if (text.isWellFormed()) return encoder.encode(text);
  const bytes = new Uint8Array(byteLength(text));
  let at = 0;
  for (const character of text) {
    const byte = escapedByte(character.codePointAt(0) ?? 0);
    if (byte === undefined) {
      at += encoder.encodeInto(character, bytes.subarray(at)).written;
    } else {
      bytes[at] = byte;
      at += 1;
    }
  }
  return bytes;
}

export function decode(bytes: Uint8Array): string {
  const decoded = decoder.decode(bytes);
  return decoded.includes('\ufffd') ? decodeEach(bytes) : decoded;
}

function decodeEach(bytes: Uint8Array): string {
  const parts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const size = sizeAt(bytes, at);
    parts.push(size === 0 ? escapeByte(first) : String.fromCodePoint(codePointOf(bytes, at, size)));
    at += Math.max(size, 1);
  }
  return parts.join('');
}

/** The length of the character at an index, 0 if there is no valid one (Unicode, table 3-7). */
function sizeAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = sizeFrom(first);
  if (size === 0 || at + size > bytes.length) return 0;
  const rest = bytes.subarray(at + 1, at + size);
  return rest.every(isContinuation) && isCanonical(first, rest[0] ?? 0) ? size : 0;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

function sizeFrom(first: number): number {
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** Neither longer than needed, nor a surrogate, nor beyond U+10FFFF. */
function isCanonical(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second <= 0x9f;
  if (first === 0xf0) return second >= 0x90;
  return first !== 0xf4 || second <= 0x8f;
}

function codePointOf(bytes: Uint8Array, at: number, size: number): number {
  const first = bytes[at] ?? 0;
  if (size === 1) return first;
  let point = first & (0xff >> (size + 1));
  for (let next = 1; next < size; next += 1) point = (point << 6) | ((bytes[at + next] ?? 0) & 0x3f);
  return point;
}

/** Bytes that were cut apart and have come together again become the character that they are. */
export function rejoin(text: string): string {
  return text.isWellFormed() ? text : decode(encode(text));
}

/** The number of bytes in UTF-8, without encoding. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80 || (unit >= firstEscape && unit <= lastEscape && !isLowHalf(text, at))) continue;
    length += unit < 0x800 || isHalf(unit) ? 1 : 2;
  }
  return length;
}

/** A pair of surrogates is two units and four bytes: each half adds one to its own. */
function isHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function isLowHalf(text: string, at: number): boolean {
  const before = at === 0 ? 0 : text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}

/** The order of bytes, in which Go compares strings and sorts keys; UTF-16 code units differ beyond U+D7FF. */
export function compareBytes(a: string, b: string): number {
  if (!a.isWellFormed() || !b.isWellFormed()) return compareLists(encode(a), encode(b));
  const at = firstDifference(a.length, b.length, (index) => a.charCodeAt(index) === b.charCodeAt(index));
  if (at === undefined) return a.length - b.length;
  return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
}

/** Only then does the order of bytes differ from that of UTF-16 units. */
export function hasSurrogates(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

/** Surrogates come in pairs here, which stand for characters behind those of a single code unit. */
function rank(unit: number): number {
  return isHalf(unit) ? unit + 0x10000 : unit;
}

function compareLists(a: Uint8Array, b: Uint8Array): number {
  const at = firstDifference(a.length, b.length, (index) => a[index] === b[index]);
  return at === undefined ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? 0);
}

function firstDifference(a: number, b: number, isSame: (index: number) => boolean): number | undefined {
  const length = Math.min(a, b);
  let at = 0;
  while (at < length && isSame(at)) at += 1;
  return at === length ? undefined : at;
}
