/**
 * @module The character classes of client-go's JSONPath parser, for single characters; the empty string is the end.
 */

const wordCharacter = /^[\p{L}\p{Nd}_]/u;
const digit = /^\p{Nd}/u;
// Go's unicode.IsPrint.
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

/** What a field or an identifier ends at: blanks, ends of lines, and the characters that begin or end something else. */
export function isTerminator(character: string): boolean {
  return character === '' || ' \t\r\n.,[]$@{}'.includes(character);
}

export function isEndOfLine(character: string): boolean {
  return character === '\r' || character === '\n';
}

export function isWordCharacter(character: string): boolean {
  return wordCharacter.test(character);
}

export function isDigit(character: string): boolean {
  return digit.test(character);
}

/** The character as Go's `%#U` shows it: `U+007B '{'`. */
export function describeCharacter(character: string): string {
  const code = Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0');
  return printable.test(character) ? `U+${code} '${character}'` : `U+${code}`;
}
