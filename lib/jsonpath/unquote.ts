/**
 * @module Quoted strings of client-go's JSONPath (UnquoteExtend, strconv.UnquoteChar): Go's escapes, in either quotes.
 */

const simpleEscapes = new Map([
  ['a', 0x07],
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
  ['\\', 0x5c],
]);

const hexDigits = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

interface Escape {
  readonly code: number;
  /** `\x` and octal escapes name a byte and no character: `"\xc3\xa9"` is é. */
  readonly byte: boolean;
  readonly length: number;
}

/**
 * What a string between two equal quotes stands for; undefined where Go finds its syntax invalid. Bytes that are no
 * UTF-8 become U+FFFD, as Go's JSON encoder writes them.
 */
export function unquote(quoted: string): string | undefined {
  const quote = quoted.charAt(0);
  const text = quoted.slice(1, -1);
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < text.length;) {
    if (text.charAt(at) === quote) return undefined;
    if (text.charAt(at) !== '\\') {
      const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
      bytes.push(...encoder.encode(character));
      at += character.length;
      continue;
    }
    const escape = readEscape(text.slice(at + 1, at + 10), quote);
    if (escape === undefined) return undefined;
    if (escape.byte) bytes.push(escape.code);
    else bytes.push(...encoder.encode(String.fromCodePoint(escape.code)));
    at += 1 + escape.length;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

function readEscape(text: string, quote: string): Escape | undefined {
  const letter = text.charAt(0);
  const simple = letter === quote ? letter.charCodeAt(0) : simpleEscapes.get(letter);
  if (simple !== undefined) return { code: simple, byte: false, length: 1 };
  const digits = hexDigits.get(letter);
  return digits === undefined ? readOctal(text) : readHex(text.slice(1, 1 + digits), digits);
}

function readHex(text: string, digits: number): Escape | undefined {
  if (text.length < digits || !/^[0-9a-fA-F]+$/.test(text)) return undefined;
  const code = Number.parseInt(text, 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (surrogate || code > 0x10ffff) return undefined;
  return { code, byte: digits === 2, length: 1 + digits };
}

function readOctal(text: string): Escape | undefined {
  const code = /^[0-7]{3}/.test(text) ? Number.parseInt(text.slice(0, 3), 8) : 256;
  return code > 255 ? undefined : { code, byte: true, length: 3 };
}
