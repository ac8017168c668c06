/**
 * @module A place in a text that is being parsed, and what can be asked about what follows it.
 */

import type { PathSyntaxError } from './syntax.ts';

export class Scanner {
  readonly input: string;
  /** The offset of what comes next. */
  position = 0;
  /** What to add to offsets in the input to get offsets in the source that errors and nodes speak of. */
  readonly #base: number;

  constructor(input: string, base: number) {
    this.input = input;
    this.#base = base;
  }

  /** The next character, both halves of it if it is a surrogate pair; empty at the end. */
  peek(): string {
    const code = this.input.codePointAt(this.position);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  startsWith(prefix: string): boolean {
    return this.input.startsWith(prefix, this.position);
  }

  /** The offset of the first of some characters, given as a global pattern; the end if there is none. */
  next(characters: RegExp, from: number): number {
    characters.lastIndex = from;
    return characters.exec(this.input)?.index ?? this.input.length;
  }

  /** The offset of the quote that closes the one at `from`, on the same line. */
  closingQuote(from: number): number | undefined {
    const quote = this.input.charAt(from);
    for (let at = from + 1; at < this.input.length; at += 1) {
      const character = this.input.charAt(at);
      if (character === '\n') return undefined;
      // As in client-go, one backslash before it keeps a quote open even if that is itself escaped.
      if (character === quote && this.input.charAt(at - 1) !== '\\') return at;
    }
    return undefined;
  }

  /** The offset in the source. */
  place(offset = this.position): number {
    return this.#base + offset;
  }

  error(message: string, offset = this.position): PathSyntaxError {
    return { message, position: this.place(offset) };
  }
}
