/**
 * @module Texts, actions and control structures at work: the half of Go's text/template/exec.go that walks. It keeps
 * its place in a stack of its own, so that it can pause between any two nodes, and that templates which call each other
 * take no frames of the thread's stack.
 */

import type { Budget } from './budget.ts';
import { evaluatePipe, type Run } from './evaluate.ts';
import { Fault } from './fault.ts';
import type { Output } from './output.ts';
import { shown, sprint } from './print.ts';
import { iterate, type Iteration } from './range.ts';
import type { Branch, Node, Trees } from './syntax.ts';
import { absent, isTrue, type Value } from './value.ts';
import { Variables } from './variables.ts';

/** A list of nodes being walked. */
interface Frame {
  readonly nodes: readonly Node[];
  next: number;
  dot: Value;
  /** To which height the variables go back at the end. */
  readonly mark: number;
  /** The rounds of a range that are still to come. */
  readonly loop?: Loop;
  /** What stands behind the `else` of a range. In Go a break ends there, too, while a continue goes further out. */
  readonly isElse?: true;
  /** The variables of the template that called this one. */
  readonly caller?: Variables;
}

interface Loop {
  readonly node: Branch;
  readonly iteration: Iteration;
  round: number;
  /** The height of the variables at the beginning of each round. */
  readonly mark: number;
}

export class Machine {
  readonly #run: Run;
  readonly #trees: Trees;
  readonly #output: Output;
  readonly #frames: Frame[] = [];
  #calls = 0;

  constructor(run: Run, trees: Trees, output: Output) {
    this.#run = run;
    this.#trees = trees;
    this.#output = output;
  }

  get #budget(): Budget {
    return this.#run.budget;
  }

  start(nodes: readonly Node[], dot: Value): void {
    this.#frames.push({ nodes, next: 0, dot, mark: 1 });
  }

  /** Does one node, or ends a list; false when everything is done. */
  step(): boolean {
    const frame = this.#frames.at(-1);
    if (frame === undefined) return false;
    this.#budget.spend(1);
    const node = frame.nodes[frame.next];
    frame.next += 1;
    if (node === undefined) this.#end(frame);
    else this.#walk(node, frame.dot);
    return true;
  }

  #walk(node: Node, dot: Value): void {
    this.#run.at = node.at;
    switch (node.type) {
      case 'text':
        return this.#output.write(node.text);
      case 'action': {
        const value = evaluatePipe(this.#run, dot, node.pipe);
        if (node.pipe.variables.length === 0) this.#output.write(sprint([shown(value)], this.#budget));
        return;
      }
      case 'if':
      case 'with':
        return this.#choose(node, dot);
      case 'range':
        return this.#range(node, dot);
      case 'template':
        return this.#call(node, dot);
      case 'break':
      case 'continue':
        return this.#jump(node.type);
    }
  }

  #choose(node: Branch, dot: Value): void {
    const mark = this.#run.variables.mark();
    const value = evaluatePipe(this.#run, dot, node.pipe);
    const isChosen = isTrue(value, this.#budget);
    const nodes = isChosen ? node.list : node.otherwise;
    this.#frames.push({ nodes, next: 0, dot: isChosen && node.type === 'with' ? value : dot, mark });
  }

  #range(node: Branch, dot: Value): void {
    const { variables } = this.#run;
    const mark = variables.mark();
    const value = evaluatePipe(this.#run, dot, node.pipe);
    this.#run.at = node.at;
    const iteration = iterate(value, node.pipe.variables.length, this.#budget);
    if (iteration.count === 0) {
      this.#frames.push({ nodes: node.otherwise, next: 0, dot, mark, isElse: true });
      return;
    }
    const loop: Loop = { node, iteration, round: 0, mark: variables.mark() };
    const frame: Frame = { nodes: node.list, next: 0, dot, mark, loop };
    this.#frames.push(frame);
    this.#begin(frame, loop);
  }

  #begin(frame: Frame, loop: Loop): void {
    const { index, element } = loop.iteration.at(loop.round);
    this.#bind(loop.node, index, element);
    frame.dot = element;
    frame.next = 0;
  }

  /** With two variables the index comes first; one alone is the element. */
  #bind({ pipe, at }: Branch, index: Value, element: Value): void {
    const { variables } = this.#run;
    const [first, second] = pipe.variables;
    if (first === undefined) return;
    if (!pipe.assigns) {
      variables.setTop(1, element);
      if (second !== undefined) variables.setTop(2, index);
      return;
    }
    this.#run.at = at;
    variables.set(first, second === undefined ? element : index, this.#budget);
    if (second !== undefined) variables.set(second, element, this.#budget);
  }

  /** The end of a list: the next round of a loop, or back to where the list stands. */
  #end(frame: Frame): void {
    const { loop, caller } = frame;
    const { variables } = this.#run;
    if (loop !== undefined && loop.round + 1 < loop.iteration.count) {
      loop.round += 1;
      variables.pop(loop.mark);
      this.#begin(frame, loop);
      return;
    }
    this.#leave(frame);
    if (caller !== undefined) this.#return(caller);
  }

  #leave(frame: Frame): void {
    this.#frames.pop();
    this.#run.variables.pop(frame.mark);
  }

  #return(caller: Variables): void {
    this.#run.variables = caller;
    this.#calls -= 1;
  }

  /** The parser has seen to it that there is a loop, and no call in between. */
  #jump(type: 'break' | 'continue'): void {
    const loop = this.#frames.findLastIndex(
      ({ loop, isElse }) => loop !== undefined || (isElse === true && type === 'break'),
    );
    this.#frames.length = loop + 1;
    const frame = this.#frames[loop];
    if (frame === undefined) return;
    if (type === 'break') this.#leave(frame);
    else frame.next = frame.nodes.length;
  }

  #call({ name, pipe }: Extract<Node, { readonly type: 'template' }>, dot: Value): void {
    const nodes = this.#trees.get(name);
    if (nodes === undefined) throw new Fault(`template ${JSON.stringify(name)} not defined`);
    const { calls } = this.#budget.limits;
    if (this.#calls === calls) throw new Fault(`templates call each other more than ${calls} deep`);
    const value = pipe === undefined ? absent : evaluatePipe(this.#run, dot, pipe);
    const caller = this.#run.variables;
    this.#calls += 1;
    this.#run.variables = new Variables(value);
    this.#frames.push({ nodes, next: 0, dot: value, mark: 1, caller });
  }
}
