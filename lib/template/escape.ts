/**
 * @module What html/template does to a template whose text holds no tags: it makes every action end in an escaper, or
 * refuses the template. Only what the main template reaches is looked at, as in Go.
 */

import { Fault } from './fault.ts';
import type { Branch, Command, Node, Pipe, Trees } from './syntax.ts';

/** Functions that escaping puts into pipelines; no source can name them. */
export const escaperName = '_html_template_htmlescaper';
export const argumentsName = '_eval_args_';

const predefined: ReadonlySet<string> = new Set(['html', 'urlquery']);

export function escapeTrees(trees: Trees, name: string): Trees {
  const escaping = new Escaping(trees);
  escaping.template(name, 0);
  return new Map([...trees, ...escaping.escaped]);
}

class Escaping {
  readonly #trees: Trees;
  readonly escaped = new Map<string, readonly Node[]>();

  constructor(trees: Trees) {
    this.#trees = trees;
  }

  template(name: string, at: number): void {
    if (this.escaped.has(name)) return;
    const nodes = this.#trees.get(name);
    if (nodes === undefined) throw new Fault(`no such template ${JSON.stringify(name)}`, at);
    this.escaped.set(name, nodes);
    this.escaped.set(name, this.#list(nodes));
  }

  /** What follows a break or continue is never reached, and not looked at. */
  #list(nodes: readonly Node[]): readonly Node[] {
    const end = nodes.findIndex(({ type }) => type === 'break' || type === 'continue');
    const reached = end === -1 ? nodes.length : end;
    return nodes.map((node, index) => (index < reached ? this.#node(node) : node));
  }

  #node(node: Node): Node {
    switch (node.type) {
      case 'text':
        return checkText(node);
      case 'action':
        return node.pipe.variables.length > 0 ? node : { ...node, pipe: escapePipe(node.pipe) };
      case 'template':
        this.template(node.name, node.at);
        return node;
      case 'break':
      case 'continue':
        return node;
      default:
        return this.#branch(node);
    }
  }

  #branch(node: Branch): Branch {
    return { ...node, list: this.#list(node.list), otherwise: this.#list(node.otherwise) };
  }
}

/** A tag would begin another context, with rules of its own, that names have no use for. */
function checkText<T extends { readonly text: string; readonly at: number }>(node: T): T {
  const tag = node.text.indexOf('<');
  if (tag !== -1) throw new Fault('the text must not contain "<"', node.at + tag);
  return node;
}

const nameOf = ({ args: [first] }: Command): string => (first?.type === 'function' ? first.name : '');

function call(name: string, at: number): Command {
  return { args: [{ type: 'function', name, at }], at };
}

/** `html` at the end does instead of the escaper, and loses its arguments if it is not alone, as in Go. */
function escapePipe(pipe: Pipe): Pipe {
  const { commands, at } = pipe;
  for (const command of commands.slice(0, -1)) {
    const name = nameOf(command);
    if (predefined.has(name)) throw new Fault(`${name} may only end a pipeline`, command.at);
  }
  const [first] = commands;
  const last = commands.at(-1);
  const end = last === undefined ? '' : nameOf(last);
  if (!predefined.has(end)) return { ...pipe, commands: [...commands, call(escaperName, at)] };
  const isCall = commands.length === 1 && first !== undefined && first.args.length > 1;
  const before = isCall ? [withArguments(first)] : commands.slice(0, -1);
  if (end === 'html') return { ...pipe, commands: [...before, call('html', at)] };
  const query = isCall ? [call('urlquery', at)] : commands.slice(-1);
  return { ...pipe, commands: [...before, ...query, call(escaperName, at)] };
}

/** `html a b` becomes `a b` as one text. */
function withArguments({ args, at }: Command): Command {
  return { args: [{ type: 'function', name: argumentsName, at }, ...args.slice(1)], at };
}
