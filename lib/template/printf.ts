/**
 * @module Go's fmt.Sprintf, with its words for what does not fit.
 */

import type { Budget } from './budget.ts';
import { rejoin } from './bytes.ts';
import { Printer } from './printer.ts';
import { typeName, type Value } from './value.ts';
import { noFlags, type Flags } from './verb.ts';

/** Widths, precisions and argument numbers beyond this count as none. */
const tooLarge = 1_000_000;

export function sprintf(format: string, args: readonly Value[], budget: Budget): string {
  return new Formatting(format, args, budget).run();
}

class Formatting {
  readonly #format: string;
  readonly #args: readonly Value[];
  readonly #budget: Budget;
  readonly #printer: Printer;
  #at = 0;
  #argument = 0;
  /** Some argument was asked for by number. */
  #isReordered = false;
  /** The numbers of the present verb make sense. */
  #isGood = true;
  /** A number in brackets came last. */
  #afterNumber = false;

  constructor(format: string, args: readonly Value[], budget: Budget) {
    this.#format = format;
    this.#args = args;
    this.#budget = budget;
    this.#printer = new Printer(budget);
  }

  run(): string {
    const format = this.#format;
    for (;;) {
      const percent = format.indexOf('%', this.#at);
      const end = percent === -1 ? format.length : percent;
      this.#printer.write(format.slice(this.#at, end));
      if (percent === -1) break;
      this.#at = percent + 1;
      this.#directive();
    }
    this.#extra();
    return rejoin(this.#printer.text);
  }

  #directive(): void {
    this.#isGood = true;
    const marks = this.#match(/[#0+\- ]*/y);
    this.#argumentNumber();
    const { width, isNegative } = this.#width();
    const precision = this.#precision();
    if (!this.#afterNumber) this.#argumentNumber();
    const flags = flagsOf(marks, isNegative);
    this.#verb({ ...flags, width, precision });
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#format)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  /** `[2]`: what comes next is of the second argument. */
  #argumentNumber(): void {
    this.#afterNumber = false;
    if (this.#format.charAt(this.#at) !== '[') return;
    this.#isReordered = true;
    // Go looks for the other bracket only where a number would fit.
    const close = this.#at + 2 < this.#format.length ? this.#format.indexOf(']', this.#at) : -1;
    // One that closes nothing is looked for to the end, each time.
    this.#budget.spend(((close === -1 ? this.#format.length : close) - this.#at) >> 10);
    const inside = this.#format.slice(this.#at + 1, close);
    // Without a bracket that closes, only the one that opens is passed over.
    this.#at = close === -1 ? this.#at + 1 : close + 1;
    const number = close === -1 ? undefined : parseNumber(inside);
    this.#afterNumber = number !== undefined;
    if (number !== undefined && number >= 1 && number <= this.#args.length) this.#argument = number - 1;
    else this.#isGood = false;
  }

  #width(): { readonly width: number | undefined; readonly isNegative: boolean } {
    if (this.#format.charAt(this.#at) === '*') {
      const width = this.#star('%!(BADWIDTH)');
      return { width: width === undefined ? undefined : Math.abs(width), isNegative: (width ?? 0) < 0 };
    }
    const width = this.#number();
    if (this.#afterNumber && width !== undefined) this.#isGood = false;
    return { width, isNegative: false };
  }

  #precision(): number | undefined {
    const isThere = this.#at + 1 < this.#format.length && this.#format.charAt(this.#at) === '.';
    if (!isThere) return undefined;
    this.#at += 1;
    if (this.#afterNumber) this.#isGood = false;
    this.#argumentNumber();
    if (this.#format.charAt(this.#at) !== '*') return this.#number() ?? 0;
    return this.#star('%!(BADPREC)', true);
  }

  /** A number given by an argument, which has to be an integer. */
  #star(complaint: string, isPrecision = false): number | undefined {
    this.#at += 1;
    this.#afterNumber = false;
    const value = this.#args[this.#argument];
    if (value !== undefined) this.#argument += 1;
    const number = value?.kind === 'int' ? Number(value.value) : Infinity;
    if (Math.abs(number) <= tooLarge && !(isPrecision && number < 0)) return number;
    this.#printer.write(complaint);
    return undefined;
  }

  /** Digits, if there are any; with too many of them the rest of the format is lost. */
  #number(): number | undefined {
    const digits = this.#match(/\d*/y);
    if (digits === '') return undefined;
    const number = parseNumber(digits);
    if (number === undefined) this.#at = this.#format.length;
    return number;
  }

  #verb(flags: Flags): void {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return this.#printer.write('%!(NOVERB)');
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    const value = this.#args[this.#argument];
    if (verb === '%') return this.#printer.write('%');
    if (!this.#isGood) return this.#printer.write(`%!${verb}(BADINDEX)`);
    if (value === undefined) return this.#printer.write(`%!${verb}(MISSING)`);
    this.#printer.flags = verb === 'v' || verb === 'w' ? sourceFlags(flags) : flags;
    this.#printer.printArgument(value, verb);
    this.#argument += 1;
  }

  /** Arguments that no verb asked for; not if some came out of order. */
  #extra(): void {
    const extra = this.#args.slice(this.#argument);
    if (this.#isReordered || extra.length === 0) return;
    this.#printer.flags = noFlags;
    this.#printer.write('%!(EXTRA ');
    for (const [index, value] of extra.entries()) {
      if (index > 0) this.#printer.write(', ');
      if (value.kind !== 'absent' && value.kind !== 'nil') this.#printer.write(`${typeName(value)}=`);
      this.#printer.printArgument(value, 'v');
    }
    this.#printer.write(')');
  }
}

/** Go gives up at the digit after the first that makes it too large. */
function parseNumber(digits: string): number | undefined {
  if (!/^\d+$/.test(digits)) return undefined;
  let number = 0;
  for (const digit of digits) {
    if (number > tooLarge) return undefined;
    number = number * 10 + Number(digit);
  }
  return number;
}

function flagsOf(marks: string, isNegativeWidth: boolean): Flags {
  return {
    ...noFlags,
    minus: marks.includes('-') || isNegativeWidth,
    plus: marks.includes('+'),
    sharp: marks.includes('#'),
    space: marks.includes(' '),
    zero: marks.includes('0') && !isNegativeWidth,
  };
}

/** For `%v` the signs `#` and `+` mean other forms; that of `+` concerns structs only. */
function sourceFlags(flags: Flags): Flags {
  return { ...flags, source: flags.sharp, sharp: false, plus: false };
}
