/**
 * @module The variables of one template call: a stack, since a block forgets what was declared in it.
 */

import type { Budget } from './budget.ts';
import { Fault } from './fault.ts';
import type { Value } from './value.ts';

interface Variable {
  readonly name: string;
  value: Value;
}

export class Variables {
  readonly #stack: Variable[];

  /** `$` is what the template was called with. */
  constructor(dollar: Value) {
    this.#stack = [{ name: '$', value: dollar }];
  }

  declare(name: string, value: Value): void {
    this.#stack.push({ name, value });
  }

  /** Sets the variable of that name that was declared last. */
  set(name: string, value: Value, budget: Budget): void {
    this.#find(name, budget).value = value;
  }

  get(name: string, budget: Budget): Value {
    return this.#find(name, budget).value;
  }

  #find(name: string, budget: Budget): Variable {
    budget.spend(this.#stack.length >> 6);
    const variable = this.#stack.findLast((variable) => variable.name === name);
    if (variable === undefined) throw new Fault(`undefined variable: ${name}`);
    return variable;
  }

  /** Sets the n-th variable from the top: those of a range, whatever else has their names. */
  setTop(n: number, value: Value): void {
    const variable = this.#stack.at(-n);
    if (variable !== undefined) variable.value = value;
  }

  mark(): number {
    return this.#stack.length;
  }

  /** Forgets what was declared since the mark. */
  pop(mark: number): void {
    this.#stack.length = mark;
  }
}
