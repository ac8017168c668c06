/**
 * @module Where one document of a stream ends and the next begins, as kubectl sees it: at lines `---` and `...`, and
 * between JSON objects that follow each other without any separator (kubectl knows no `---` after JSON).
 */

/** One document's share of a stream. The shares of all documents, joined, are the stream. */
export interface TextPart {
  /** What comes before the document: a byte order mark, directives, a leading comment, the `---` line. */
  readonly opening: string;
  /** The document itself with its comments. */
  readonly source: string;
  /** A `...` line and what follows it, if there is one. */
  readonly closing: string;
}

interface Chunk {
  readonly start: number;
  /** Where the document itself starts, behind the `---`; undefined as long as no `---` was seen. */
  readonly body: number | undefined;
}

export function splitStream(text: string): TextPart[] {
  const parts: TextPart[] = [];
  const bom = text.startsWith('\uFEFF') ? 1 : 0;
  let chunk: Chunk = { start: 0, body: undefined };

  const close = (end: number, closing: string): void => {
    const body = chunk.body ?? Math.max(chunk.start, Math.min(bom, end));
    const part = { opening: text.slice(chunk.start, body), source: text.slice(body, end), closing };
    const last = parts.at(-1);
    if (last !== undefined && last.closing !== '' && chunk.body === undefined && isPreamble(part.source)) {
      parts[parts.length - 1] = { ...last, closing: last.closing + part.opening + part.source + closing };
    } else {
      parts.push(...splitJson(part));
    }
  };

  for (let at = bom; at < text.length;) {
    const end = lineEnd(text, at);
    const marker = markerAt(text, at);
    if (marker === '---') {
      const pending = text.slice(Math.max(chunk.start, bom), at);
      if (chunk.body !== undefined || !isPreamble(pending)) {
        close(at, '');
        chunk = { start: at, body: bodyAfter(text, at, end) };
      } else {
        chunk = { start: chunk.start, body: bodyAfter(text, at, end) };
      }
    } else if (marker === '...') {
      close(at, text.slice(at, end));
      chunk = { start: end, body: undefined };
    }
    at = end;
  }
  if (chunk.start < text.length) close(text.length, '');
  return parts;
}

/** The offset behind the line break that ends the line; the text's length in its last line. */
export function lineEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  return feed === -1 ? text.length : feed + 1;
}

/** True for a text whose outermost value is in braces: JSON, or YAML's flow style. */
export function isFlow(source: string): boolean {
  return /^\s*\{/.test(source);
}

/** The line break that a text uses, judged by its first one. */
export function lineBreakOf(text: string): '\n' | '\r\n' {
  return /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n';
}

function markerAt(text: string, at: number): '---' | '...' | undefined {
  const three = text.slice(at, at + 3);
  if (three !== '---' && three !== '...') return undefined;
  const next = text.charAt(at + 3);
  return next === '' || /[ \t\r\n]/.test(next) ? three : undefined;
}

/** A document can start on the line of its `---`. */
function bodyAfter(text: string, at: number, end: number): number {
  const rest = text.slice(at + 3, end);
  if (/^\s*(?:#|$)/.test(rest)) return end;
  return at + 3 + (/^[ \t]*/.exec(rest)?.[0].length ?? 0);
}

/** Nothing but blank lines, comments and directives: belongs to the document that follows. */
function isPreamble(text: string): boolean {
  return /^(?:[ \t]*(?:#[^\n]*)?\r?(?:\n|$)|%[^\n]*(?:\n|$))*$/.test(text);
}

function splitJson(part: TextPart): TextPart[] {
  if (!isFlow(part.source)) return [part];
  const pieces: string[] = [];
  let rest = part.source;
  for (let end = endOfObject(rest); end !== undefined && isFlow(rest.slice(end)); end = endOfObject(rest)) {
    const next = /^[ \t\r]*\n/.exec(rest.slice(end));
    const cut = end + (next?.[0].length ?? 0);
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  pieces.push(rest);
  return pieces.map((source, i) => ({
    opening: i === 0 ? part.opening : '',
    source,
    closing: i === pieces.length - 1 ? part.closing : '',
  }));
}

const BRACKETS: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 };

/** Behind the brace that closes the first object; undefined if it never closes, or if this is not JSON after all. */
function endOfObject(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '#' || char === "'") return undefined;
    if (char === '"') at = endOfString(text, at);
    depth += BRACKETS[char] ?? 0;
    if (depth === 0 && char === '}') return at + 1;
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at;
}
