/**
 * @module What the parser's parts share: the tokens, the names that are known, and the templates defined so far.
 */

import type { Slices } from '../api/slices.ts';
import { Fault } from './fault.ts';
import { Pace } from './pace.ts';
import type { Node } from './syntax.ts';
import type { Token, TokenType } from './token.ts';

/**
 * How deep blocks and parentheses nest, `else if` included. A level takes some ten frames of the stack, of which a
 * thread has about ten thousand; Go stops parentheses at 10,000.
 */
export const maxNesting = 200;

/** What holds within one template definition. */
interface Scope {
  readonly variables: Set<string>;
  /** Those of them that a block is to forget, the last last. */
  readonly declared: string[];
  loops: number;
}

const newScope = (): Scope => ({ variables: new Set(['$']), declared: [], loops: 0 });

export class Parser {
  readonly #tokens: readonly Token[];
  readonly #functions: ReadonlySet<string>;
  readonly trees = new Map<string, readonly Node[]>();
  #index = 0;
  #nesting = 0;
  #scope = newScope();
  readonly #pace = new Pace();

  constructor(tokens: readonly Token[], functions: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#functions = functions;
  }

  get loops(): number {
    return this.#scope.loops;
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  peek(): Token {
    return this.#tokens[this.#index] ?? { type: 'end of input', at: 0, value: '' };
  }

  nextNonSpace(): Token {
    const token = this.peekNonSpace();
    this.#index += 1;
    return token;
  }

  peekNonSpace(): Token {
    while (this.peek().type === 'space') this.#index += 1;
    return this.peek();
  }

  /** Takes back the token that was read last. */
  backup(): void {
    this.#index -= 1;
  }

  /** A place to return to. */
  mark(): number {
    return this.#index;
  }

  reset(mark: number): void {
    this.#index = mark;
  }

  expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace();
    if (token.type !== type) this.unexpected(token, context);
    return token;
  }

  unexpected(token: Token, context: string): never {
    if (token.type === 'error') throw new Fault(token.value, token.at);
    const what = token.type === 'end of input' ? 'end of input' : JSON.stringify(token.value.slice(0, 40));
    throw new Fault(`unexpected ${what} in ${context}`, token.at);
  }

  hasFunction(name: string): boolean {
    return this.#functions.has(name);
  }

  declare(variable: string): void {
    const { variables, declared } = this.#scope;
    // Declared again, it is there for as long as it was anyway.
    if (variables.has(variable)) return;
    variables.add(variable);
    declared.push(variable);
  }

  hasVariable(variable: string): boolean {
    return this.#scope.variables.has(variable);
  }

  /** True where a slice is over. */
  isSliceOver(): boolean {
    return this.#pace.isOver(this.#index);
  }

  /** Runs one level deeper; variables declared there are forgotten. */
  *block<T>(at: number, inside: Slices<T>): Slices<T> {
    const { variables, declared } = this.#scope;
    const { length } = declared;
    this.enter(at);
    const parsed = yield* inside;
    this.leave();
    for (const variable of declared.splice(length)) variables.delete(variable);
    return parsed;
  }

  /** Runs where break and continue are allowed. */
  *loop<T>(inside: Slices<T>): Slices<T> {
    this.#scope.loops += 1;
    const parsed = yield* inside;
    this.#scope.loops -= 1;
    return parsed;
  }

  enter(at: number): void {
    this.#nesting += 1;
    if (this.#nesting > maxNesting) throw new Fault(`nested more than ${maxNesting} levels deep`, at);
  }

  leave(): void {
    this.#nesting -= 1;
  }

  /** Runs in a scope of its own, which sees no variables but `$`. */
  *definition<T>(at: number, inside: Slices<T>): Slices<T> {
    const scope = this.#scope;
    this.#scope = newScope();
    this.enter(at);
    const parsed = yield* inside;
    this.leave();
    this.#scope = scope;
    return parsed;
  }

  /** Adds a template; of two with one name, one has to be empty, and the other counts. */
  add(name: string, nodes: readonly Node[], at: number): void {
    const present = this.trees.get(name);
    if (present === undefined || isEmpty(present)) {
      this.trees.set(name, nodes);
    } else if (!isEmpty(nodes)) {
      throw new Fault(`multiple definition of template ${JSON.stringify(name)}`, at);
    }
  }
}

/** Nothing but blanks; a break or continue, which Go does not expect here, counts as something. */
function isEmpty(nodes: readonly Node[]): boolean {
  return nodes.every((node) => node.type === 'text' && isBlank(node.text));
}

/** What Go's bytes.TrimSpace leaves nothing of. */
function isBlank(text: string): boolean {
  return /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/.test(text);
}
