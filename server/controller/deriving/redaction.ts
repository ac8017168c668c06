/**
 * @module Texts of others that speak of a Secret, without its values: policies are free to quote what they refuse.
 */

/** As somebody would quote it: as it is, without the line end that files have, escaped, or as it is stored. */
function spellings(base64: string): readonly string[] {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return [base64, text, text.trim(), JSON.stringify(text).slice(1, -1)];
}

const escaped = (value: string): string => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

/**
 * `data`: values in base64. Only where one stands by itself: short ones are parts of many words, such as the names of
 * objects, that say nothing of them.
 */
export function redacted(text: string, data: ReadonlyMap<string, string>): string {
  const values = new Set([...data.values()].flatMap(spellings));
  return [...values]
    .filter((value) => value !== '' && value.length <= text.length)
    .toSorted((one, other) => other.length - one.length)
    .reduce(
      (rest, value) => rest.replaceAll(new RegExp(`(?<![\\w-])${escaped(value)}(?![\\w-])`, 'g'), '…'),
      text,
    );
}
