/**
 * @module How Go's fmt prints values with a verb.
 */

import { maxValueDepth, type Budget } from './budget.ts';
import { compareBytes, hasSurrogates } from './bytes.ts';
import { Fault } from './fault.ts';
import { formatFloat } from './format-float.ts';
import { formatInteger } from './format-integer.ts';
import { formatString } from './format-string.ts';
import { item, lengthOf, member, text, typeName, type DataObject, type List, type Value } from './value.ts';
import { noFlags, pad, type Flags } from './verb.ts';

/** Go prints where a map or list lies in memory; here they lie nowhere, and always at the same place. */
const address = 0xc000000000n;

export class Printer {
  readonly #budget: Budget;
  #text = '';
  flags: Flags = noFlags;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  get text(): string {
    return this.#text;
  }

  write(text: string): void {
    this.#budget.spendOn(text);
    this.#text += text;
    this.#budget.grow(this.#text.length);
  }

  /** An argument of print, printf and the like. */
  printArgument(value: Value, verb: string): void {
    this.#budget.spend(1);
    if (value.kind === 'absent' || value.kind === 'nil') return this.#printNil(verb);
    if (verb === 'T') return this.write(formatString(typeName(value), 's', this.flags) ?? '');
    if (verb === 'p') return this.#printAddress(value);
    // %w is for errors, which data have none of; of a list or map Go says so once, not for each item.
    if (verb === 'w') return this.#badVerb(value, verb);
    this.#print(value, verb, 0);
  }

  #printNil(verb: string): void {
    if (verb === 'T' || verb === 'v') this.write(pad('<nil>', this.flags));
    else this.write(`%!${verb}(<nil>)`);
  }

  #printAddress(value: Value): void {
    if (value.kind !== 'map' && value.kind !== 'list') return this.#badVerb(value, 'p');
    const flags = { ...this.flags, sharp: !this.flags.sharp };
    this.write(formatInteger({ type: 'int', value: address }, 'x', flags) ?? '');
  }

  #print(value: Value, verb: string, depth: number): void {
    if (depth > maxValueDepth) throw new Fault(`prints a value of more than ${maxValueDepth} levels`);
    switch (value.kind) {
      case 'absent':
      case 'nil':
        // Within a list or map, nil takes neither verb nor padding.
        return this.write(this.flags.source ? 'interface {}(nil)' : '<nil>');
      case 'list':
        return this.#printList(value, verb, depth);
      case 'map':
        return this.#printMap(value.value, verb, depth);
      default:
        return this.#printScalar(value, verb);
    }
  }

  #printScalar(value: Value, verb: string): void {
    const printed = this.#scalar(value, verb);
    if (printed === undefined) this.#badVerb(value, verb);
    else this.write(printed);
  }

  #scalar(value: Value, verb: string): string | undefined {
    switch (value.kind) {
      case 'bool':
        return verb === 't' || verb === 'v' ? pad(String(value.value), this.flags) : undefined;
      case 'int':
        return formatInteger(value, verb, this.flags);
      case 'float':
        return formatFloat(value.value, verb, this.flags);
      case 'string':
        this.#charge(value.value, verb);
        return formatString(value.value, verb, this.flags);
      default:
        return undefined;
    }
  }

  #charge(value: string, verb: string): void {
    const isQuoted = verb === 'q' || (verb === 'v' && this.flags.source);
    // Up to three bytes, each in two digits with more around them.
    if (verb === 'x' || verb === 'X') this.#budget.spendOnEach(value, 1);
    else if (isQuoted) this.#budget.spendOnEach(value, 2);
    else this.#budget.spendOn(value);
  }

  #printList(list: List, verb: string, depth: number): void {
    const { source } = this.flags;
    this.write(source ? `${typeName(list)}{` : '[');
    for (let index = 0; index < lengthOf(list); index += 1) {
      if (index > 0) this.write(source ? ', ' : ' ');
      this.#print(item(list, index, this.#budget), verb, depth + 1);
    }
    this.write(source ? '}' : ']');
  }

  #printMap(map: DataObject, verb: string, depth: number): void {
    const { source } = this.flags;
    this.write(source ? 'map[string]interface {}{' : 'map[');
    for (const [index, key] of sortedKeys(map, this.#budget).entries()) {
      if (index > 0) this.write(source ? ', ' : ' ');
      this.#printScalar(text(key.toWellFormed()), verb);
      this.write(':');
      this.#print(member(map, key, this.#budget), verb, depth + 1);
    }
    this.write(source ? '}' : ']');
  }

  #badVerb(value: Value, verb: string): void {
    this.write(`%!${verb}(${typeName(value)}=`);
    this.#print(value, 'v', 0);
    this.write(')');
  }
}

/** In the order in which Go ranges over maps and prints them. */
export function sortedKeys(map: DataObject, budget: Budget): readonly string[] {
  const keys = Object.keys(map);
  budget.spend(keys.length);
  // Without surrogates the engine's own order is that of bytes, and ten times as fast.
  if (!keys.some(hasSurrogates)) return keys.sort();
  const units = keys.reduce((sum, { length }) => sum + length, 0);
  budget.spend(Math.ceil(Math.log2(keys.length)) * ((keys.length >> 1) + (units >> 4)));
  return keys.sort(compareBytes);
}
