/**
 * @module The execution of templates, in one go or in slices.
 */

import { inOneGo, type Slices } from '../api/slices.ts';
import { Budget, limits as defaultLimits, slicedLimits, type Limits } from './budget.ts';
import type { Run } from './evaluate.ts';
import { Fault, locate, type TemplateError } from './fault.ts';
import { Machine } from './machine.ts';
import { Output } from './output.ts';
import type { Template } from './template.ts';
import { lift, type Data, type Value } from './value.ts';
import { Variables } from './variables.ts';

export type Executed =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly error: TemplateError };

/** In one go, with limits that keep it short. */
export function execute(template: Template, data: Data, limits: Limits = defaultLimits): Executed {
  return inOneGo(executeSliced(template, data, limits));
}

/**
 * In slices: the generator pauses after some 10 ms of work, so that whoever drives it can let others have a turn, and
 * at last returns the result.
 */
export function* executeSliced(
  template: Template,
  data: Data,
  limits: Limits = slicedLimits,
): Slices<Executed> {
  const budget = new Budget(limits);
  const dot = rootOf(data);
  const run: Run = { functions: template.functions, budget, variables: new Variables(dot), at: 0 };
  const output = new Output(budget);
  const machine = new Machine(run, template.trees, output);
  machine.start(template.trees.get(template.name) ?? [], dot);
  for (;;) {
    const state = attempt(machine, run, template.source);
    if (typeof state !== 'boolean') return { ok: false, error: state };
    if (!state) return { ok: true, text: output.finish() };
    if (budget.next()) yield;
  }
}

/** Null as a whole is no value at all, while null in a list or map is nil. */
function rootOf(data: Data): Value {
  return data === null ? { kind: 'absent' } : lift(data);
}

function attempt(machine: Machine, run: Run, source: string): boolean | TemplateError {
  try {
    return machine.step();
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const at = fault.at ?? run.at;
    return { message: `${describeAction(source, at)}${fault.message}`, ...locate(source, at) };
  }
}

/** The action around an offset, as far as it fits a message; the text of the source is no secret, data may be. */
function describeAction(source: string, at: number): string {
  const open = source.startsWith('{{', at) ? at : source.lastIndexOf('{{', at);
  if (open === -1) return '';
  const close = source.indexOf('}}', at);
  const action = source.slice(open, close === -1 ? source.length : close + 2).replace(/\s+/g, ' ');
  return `${action.length > 80 ? `${action.slice(0, 80)}…` : action}: `;
}
