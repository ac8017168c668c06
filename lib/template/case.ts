/**
 * @module Go's strings.ToUpper, ToLower and Title: character by character, so that no text changes its length in
 * characters (`ß` stays), which JavaScript's do by the rules of whole texts.
 */

export function upper(text: string): string {
  return isAscii(text) ? text.toUpperCase() : Array.from(text.toWellFormed(), upperCharacter).join('');
}

export function lower(text: string): string {
  return isAscii(text) ? text.toLowerCase() : Array.from(text.toWellFormed(), lowerCharacter).join('');
}

/** The first letter of each word in title case. `_` and digits are inside a word. */
export function title(text: string): string {
  let previous = ' ';
  const titled = Array.from(text.toWellFormed(), (character) => {
    const begins = isSeparator(previous);
    previous = character;
    return begins ? titleCharacter(character) : character;
  });
  return titled.join('');
}

function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- ASCII has control characters
  return /^[\u0000-\u007f]*$/.test(text);
}

/** Greek letters with an iota below have an upper-case letter of their own, but JavaScript writes two. */
function upperCharacter(character: string): string {
  const upper = character.toUpperCase();
  if (upper === character || sameLength(upper, character)) return upper;
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  return code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3 ? String.fromCodePoint(code + 9) : character;
}

function lowerCharacter(character: string): string {
  return character === '\u0130' ? 'i' : character.toLowerCase();
}

function sameLength(a: string, b: string): boolean {
  return Array.from(a).length === Array.from(b).length;
}

/** Letters that join two, such as `dž`, have a form for titles; Georgian ones are not capitalised. */
function titleCharacter(character: string): string {
  const joined = ['\u01c5', '\u01c8', '\u01cb', '\u01f2'].find(
    (title) => title.toLowerCase() === character.toLowerCase(),
  );
  if (joined !== undefined) return joined;
  return /[\u10d0-\u10ff]/.test(character) ? character : upperCharacter(character);
}

/** ASCII but letters, digits and `_`; of the rest, blanks. */
function isSeparator(character: string): boolean {
  if (character <= '\u007f') return !/\w/.test(character);
  if (/[\p{L}\p{Nd}]/u.test(character)) return false;
  return /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(character);
}
