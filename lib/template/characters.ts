/**
 * @module Classes of characters, as Go's unicode and strconv packages have them. This engine's Unicode is newer than
 * Go's: letters and symbols assigned in between count as what they are.
 */

export function isSpace(character: string): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

export function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character.length === 1;
}

/** What identifiers consist of. */
export function isAlphanumeric(character: string): boolean {
  return /^[_\p{L}\p{Nd}]$/u.test(character);
}

/** Letters, marks, numbers, punctuation, symbols and the blank: what `%q` and `js` leave as it is. */
export function isPrintable(character: string): boolean {
  return /^[ \p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(character);
}

/** What a message calls a character. */
export function describeCharacter(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return isPrintable(character) ? `U+${code} '${character}'` : `U+${code}`;
}
