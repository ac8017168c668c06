/**
 * @module Go's escapers for texts that go into HTML, JavaScript, and the query of a URL.
 */

import { encode, escapedByte } from './bytes.ts';
import { isPrintable } from './characters.ts';

const entities: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '+': '&#43;',
};

/** The builtin `html`. */
export function escapeHtml(text: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is one of them
  return text.replace(/[\u0000"'&<>]/g, (character) => entities[character] ?? character);
}

/** What html/template does to values in HTML text: `+` as well. */
export function escapeHtmlText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is one of them
  return text.replace(/[\u0000"'&<>+]/g, (character) => entities[character] ?? character);
}

const inScript: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ["'", "\\'"],
  ['"', '\\"'],
]);

/** The builtin `js`. */
export function escapeJavaScript(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are to be escaped
  return text.replace(/[\\'"<>&=\u0000-\u001f\u0080-\u{10ffff}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0x80 && (escapedByte(code) !== undefined || isPrintable(character))) return character;
    return inScript.get(character) ?? `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** The builtin `urlquery`: a blank is `+`, and of the rest only letters, digits, `-`, `_`, `.` and `~` stay. */
export function escapeQuery(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return Array.from(encode(text), (byte) => queryBytes[byte] ?? '').join('');
}

const queryBytes = Array.from({ length: 256 }, (_, byte) => escapeQueryByte(byte));

function escapeQueryByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === ' ') return '+';
  if (/[\w.~-]/.test(character)) return character;
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
