/**
 * @module Go's strconv.Quote and its kin.
 */

import { escapedByte } from './bytes.ts';
import { isPrintable } from './characters.ts';

const escapes: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

/** The text between quotes, everything that is not printable (or not ASCII, if only that may be) escaped. */
export function quote(text: string, sign: '"' | "'", asciiOnly: boolean): string {
  // The plain text of most cases needs no look at each character.
  if (/^[\w ./:-]*$/.test(text)) return sign + text + sign;
  const parts = Array.from(text, (character) => quoteCharacter(character, sign, asciiOnly));
  return sign + parts.join('') + sign;
}

function quoteCharacter(character: string, sign: string, asciiOnly: boolean): string {
  if (character === sign || character === '\\') return `\\${character}`;
  const code = character.codePointAt(0) ?? 0;
  const byte = escapedByte(code);
  if (byte !== undefined) return `\\x${byte.toString(16)}`;
  if ((!asciiOnly || code < 0x80) && isPrintable(character)) return character;
  return escapes.get(character) ?? numeric(code);
}

function numeric(code: number): string {
  const digits = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** Whether the text can stand between backquotes on one line. */
export function canBackquote(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- these are the characters in question
  return text.isWellFormed() && !/[\u0000-\u0008\u000a-\u001f\u007f`\ufeff]/.test(text);
}
