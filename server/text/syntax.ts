/**
 * @module The one file that parses YAML. Every scalar is kept as text (`failsafe`): what it means is decided in
 * scalar.ts, and its source text survives.
 */
import { type Document, parseDocument } from 'yaml';

/** Where a text is wrong. Never holds a piece of the text, which may be a Secret. */
export interface Fault {
  readonly severity: 'error' | 'warning';
  readonly offset: number;
  readonly message: string;
}

export type Syntax = Document.Parsed;

const PARSE_OPTIONS = {
  schema: 'failsafe',
  version: '1.2',
  resolveKnownTags: false,
  uniqueKeys: false,
  keepSourceTokens: true,
  prettyErrors: false,
  logLevel: 'silent',
} as const;

/** Deep enough for every CRD; far from the end of the stack, for the parser as for those who walk its result. */
export const MAX_DEPTH = 500;

export const TOO_DEEP = `the document is nested more than ${MAX_DEPTH} levels deep`;

/** The parser's own messages quote the text. These do not. */
const MESSAGES: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an anchor or alias has no proper name',
  BAD_DIRECTIVE: 'this directive is not known',
  BAD_DQ_ESCAPE: 'a double-quoted text holds an escape sequence that does not exist',
  BAD_INDENT: 'the indentation does not fit what is around it',
  BLOCK_AS_IMPLICIT_KEY: 'a mapping or list cannot start here, behind another key on the same line',
  BLOCK_IN_FLOW: 'inside of braces or brackets everything must be in braces or brackets',
  KEY_OVER_1024_CHARS: 'a key is longer than 1024 characters',
  MISSING_CHAR: 'a character is missing here: a quote, bracket, comma, colon or space',
  MULTILINE_IMPLICIT_KEY: 'a key must be on one line, with a colon behind it',
  MULTIPLE_DOCS: 'a new document starts here without a line --- before it',
  RESOURCE_EXHAUSTION: TOO_DEEP,
  TAB_AS_INDENT: 'a tab indents this line; YAML allows only spaces',
};

/** Control characters that neither JSON nor YAML allows, halves of surrogate pairs, and what kubectl takes for a line break. */
const ODD = /[\p{Cc}--[\t\n\r\u{7f}-\u{9f}]]|\p{Cs}|\r(?!\n)|[\u{85}\u{2028}\u{2029}]/gv;

/** Parses one document; never throws. A text with an error among its faults must not be used. */
export function parseSyntax(text: string): { readonly syntax: Syntax | undefined; readonly faults: Fault[] } {
  const faults = oddCharacters(text);
  if (faults.some((fault) => fault.severity === 'error')) return { syntax: undefined, faults };
  try {
    const syntax = parseDocument(text, PARSE_OPTIONS);
    const first = syntax.errors.toSorted((a, b) => a.pos[0] - b.pos[0])[0];
    if (first === undefined) return { syntax, faults };
    const deep = syntax.errors.some((error) => error.code === 'RESOURCE_EXHAUSTION');
    const message = deep ? TOO_DEEP : (MESSAGES[first.code] ?? 'this is not valid YAML');
    return { syntax: undefined, faults: [...faults, { severity: 'error', offset: first.pos[0], message }] };
  } catch {
    // The parser recurses, and its stack is finite.
    return { syntax: undefined, faults: [...faults, { severity: 'error', offset: 0, message: TOO_DEEP }] };
  }
}

/** The first character of each sort that has no business in a manifest. */
function oddCharacters(text: string): Fault[] {
  const found = new Map<string, Fault>();
  for (const match of text.matchAll(ODD)) {
    const fault = oddity(match[0], match.index);
    if (!found.has(fault.message)) found.set(fault.message, fault);
  }
  return [...found.values()];
}

function oddity(char: string, offset: number): Fault {
  if (char === '\r') {
    return { severity: 'error', offset, message: 'a carriage return must be followed by a line feed' };
  }
  if (/[\u{85}\u{2028}\u{2029}]/u.test(char)) {
    const message = 'kubectl takes this invisible character for a line break; write it as an escape sequence';
    return { severity: 'warning', offset, message };
  }
  const message = /\p{Cs}/u.test(char)
    ? 'this is not a character: half of a surrogate pair'
    : 'control characters are not allowed';
  return { severity: 'error', offset, message };
}
