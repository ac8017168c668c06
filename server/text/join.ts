/**
 * @module Puts documents together again, and new ones between them.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import { renderObject } from './render.ts';
import { isFlow, lineBreakOf, splitStream, type TextPart } from './split.ts';

/**
 * The text of the documents, or of whole streams of them. All documents of a stream give the stream; between what did
 * not follow each other before, there are separators as needed.
 */
export function joinDocuments(parts: readonly (TextPart | string)[]): string {
  let text = '';
  let previous: TextPart | undefined;
  for (const part of parts.flatMap((each) => (typeof each === 'string' ? splitStream(each) : [each]))) {
    if (previous !== undefined && needsSeparator(previous, part)) text += separatorAfter(text);
    const own = part.opening + part.source + part.closing;
    // A byte order mark is one only at the start of the stream.
    text += previous === undefined ? own : endLineBefore(text, part) + own.replace(/^\uFEFF/, '');
    previous = part;
  }
  return text;
}

/**
 * The documents with a new one behind that at the index. It is JSON behind a document in JSON, since kubectl does not
 * go on with YAML after that, and YAML otherwise.
 */
export function insertDocumentAfter(
  parts: readonly TextPart[],
  index: number,
  value: JsonObject,
): readonly TextPart[] {
  const before = parts[index];
  if (before === undefined) throw new RangeError('there is no document at this index');
  const json = isJson(before);
  const text = before.opening + before.source + before.closing;
  const lineBreak = lineBreakOf(text);
  const separator = json && before.closing === '' ? endLine(text) : separatorAfter(text);
  const source = renderObject(value, { json }).replaceAll('\n', lineBreak);
  return parts.toSpliced(index + 1, 0, { opening: separator, source, closing: '' });
}

function needsSeparator(previous: TextPart, part: TextPart): boolean {
  if (/^---/m.test(part.opening) || previous.closing !== '') return false;
  return !(isJson(previous) && isJson(part));
}

/** JSON objects can follow each other without a separator, and after the first one must. */
function isJson(part: TextPart): boolean {
  return isFlow(part.source) && !part.opening.includes('---');
}

function separatorAfter(text: string): string {
  return `${endLine(text)}---${lineBreakOf(text)}`;
}

/** A `---` must start its line. */
function endLineBefore(text: string, part: TextPart): string {
  return part.opening.includes('---') && !/^\r?\n/.test(part.opening) ? endLine(text) : '';
}

function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? '' : lineBreakOf(text);
}
