/**
 * @module Quoted strings of client-go's JSONPath (UnquoteExtend, strconv.UnquoteChar): Go's escapes, in either quotes.
 */

const piece = /[^\\]+|\\(?:x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|.|$)/gs;

const simpleEscapes = new Map([
  ['a', '\u0007'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/**
 * What a string between two equal quotes stands for; undefined where Go finds its syntax invalid. `\x` and octal
 * escapes name bytes (`"\xc3\xa9"` is é); bytes that are no UTF-8 become U+FFFD, as Go's JSON encoder writes them.
 */
export function unquote(quoted: string): string | undefined {
  const quote = quoted.charAt(0);
  const text = quoted.slice(1, -1);
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (const [part] of text.matchAll(piece)) {
    const found = part.startsWith('\\') ? unescape(part.slice(1), quote) : plain(part, quote);
    if (found === undefined) return undefined;
    for (const byte of found) bytes.push(byte);
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function plain(text: string, quote: string): Iterable<number> | undefined {
  return text.includes(quote) ? undefined : utf8(text);
}

function unescape(escape: string, quote: string): Iterable<number> | undefined {
  if (escape.length < 2) {
    const character = escape === quote ? quote : simpleEscapes.get(escape);
    return character === undefined ? undefined : utf8(character);
  }
  const letter = escape.charAt(0);
  if (letter === 'u' || letter === 'U') return character(Number.parseInt(escape.slice(1), 16));
  const byte = letter === 'x' ? Number.parseInt(escape.slice(1), 16) : Number.parseInt(escape, 8);
  return byte > 255 ? undefined : [byte];
}

function character(code: number): Iterable<number> | undefined {
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  return surrogate || code > 0x10ffff ? undefined : utf8(String.fromCodePoint(code));
}

function utf8(text: string): Iterable<number> {
  return new TextEncoder().encode(text);
}
