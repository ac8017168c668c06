/**
 * @module Pipelines, commands and fields: the half of Go's text/template/exec.go that makes values. What follows the
 * control structures is in machine.ts.
 */

import type { Budget } from './budget.ts';
import { Fault } from './fault.ts';
import type { Functions, Parameter, TemplateFunction } from './functions.ts';
import type { Command, Operand, Pipe } from './syntax.ts';
import { absent, isTrue, member, nil, typeName, type Value } from './value.ts';
import type { Variables } from './variables.ts';

/** One execution: what all parts of it share. */
export interface Run {
  readonly functions: Functions;
  readonly budget: Budget;
  variables: Variables;
  /** Where in the source the evaluation is. */
  at: number;
}

/** A function or field with the operands behind it and, unless it is the first of its pipeline, the value before it. */
interface Call {
  readonly dot: Value;
  readonly args: readonly Operand[];
  readonly final: Value | undefined;
}

export function evaluatePipe(run: Run, dot: Value, pipe: Pipe): Value {
  let value: Value | undefined;
  for (const command of pipe.commands) value = withoutNil(evaluateCommand(run, dot, command, value));
  const result = value ?? absent;
  for (const name of pipe.variables) {
    run.at = pipe.at;
    if (pipe.assigns) run.variables.set(name, result, run.budget);
    else run.variables.declare(name, result);
  }
  return result;
}

/** A pipeline looks into interfaces, and finds nothing in the one that holds nothing. */
function withoutNil(value: Value): Value {
  return value.kind === 'nil' ? absent : value;
}

function evaluateCommand(run: Run, dot: Value, { args }: Command, final: Value | undefined): Value {
  const [first, ...rest] = args;
  if (first === undefined) return absent;
  const call: Call = { dot, args: rest, final };
  run.at = first.at;
  run.budget.spend(1);
  switch (first.type) {
    case 'field':
      return followFields(run, dot, first.names, call);
    case 'chain':
      return followFields(run, withoutArguments(run, dot, first.of), first.names, call);
    case 'variable':
      return evaluateVariable(run, first, call);
    case 'function':
      return callFunction(run, first.name, call);
    default:
      return evaluateConstant(run, first, call);
  }
}

function evaluateVariable(
  run: Run,
  variable: Extract<Operand, { readonly type: 'variable' }>,
  call: Call,
): Value {
  const value = run.variables.get(variable.name, run.budget);
  if (variable.names.length > 0) return followFields(run, value, variable.names, call);
  refuseArguments(call);
  return value;
}

function evaluateConstant(
  run: Run,
  operand: Exclude<Operand, { readonly type: 'field' | 'chain' | 'variable' | 'function' }>,
  call: Call,
): Value {
  refuseArguments(call);
  switch (operand.type) {
    case 'pipe':
      return evaluatePipe(run, call.dot, operand);
    case 'dot':
      return call.dot;
    case 'nil':
      throw new Fault('nil is not a command');
    case 'overflow':
      throw new Fault('the number overflows int');
    case 'literal':
      return operand.value;
  }
}

function refuseArguments({ args, final }: Call): void {
  if (args.length > 0 || final !== undefined) throw new Fault("can't give argument to non-function");
}

/** `.a.b.c`; arguments would be for the last, if fields could take any. */
function followFields(run: Run, start: Value, names: readonly string[], call: Call): Value {
  let value = start;
  for (const [index, name] of names.entries()) {
    run.budget.spend(1);
    const isLast = index === names.length - 1;
    if (isLast && (call.args.length > 0 || call.final !== undefined)) refuseFieldArguments(value, name);
    value = field(value, name, run.budget);
  }
  return value;
}

/** What is not there takes anything; of what is no map, there is worse to be said. */
function refuseFieldArguments({ kind }: Value, name: string): void {
  if (kind === 'map') throw new Fault(`${name} is not a method but has arguments`);
}

function field(value: Value, name: string, budget: Budget): Value {
  switch (value.kind) {
    case 'absent':
      return absent;
    case 'nil':
      throw new Fault(`nil has no field ${name}`);
    case 'map':
      return member(value.value, name, budget);
    default:
      throw new Fault(`can't evaluate field ${name} in type ${typeName(value)}`);
  }
}

function callFunction(run: Run, name: string, call: Call): Value {
  const { at } = run;
  if (name === 'and' || name === 'or') return shortCircuit(run, name, call);
  const called = run.functions.get(name);
  if (called === undefined) throw new Fault(`${JSON.stringify(name)} is not a defined function`);
  checkCount(name, called, call);
  const values = evaluateArguments(run, called, call);
  run.at = at;
  run.budget.spend(1);
  return called.call(values, run.budget);
}

function checkCount(name: string, { parameters, rest }: TemplateFunction, { args, final }: Call): void {
  const given = args.length + (final === undefined ? 0 : 1);
  const least = rest === undefined ? '' : 'at least ';
  if (given < parameters.length || (rest === undefined && given > parameters.length)) {
    throw new Fault(`wrong number of args for ${name}: want ${least}${parameters.length} got ${given}`);
  }
}

function evaluateArguments(
  run: Run,
  { parameters, rest = 'any' }: TemplateFunction,
  call: Call,
): readonly Value[] {
  const { dot, args, final } = call;
  const values = args.map((arg, index) => evaluateArgument(run, dot, arg, parameters[index] ?? rest));
  return final === undefined ? values : [...values, accept(final, parameters[values.length] ?? rest)];
}

/** The first argument that decides, or the last. */
function shortCircuit(run: Run, name: 'and' | 'or', { dot, args, final }: Call): Value {
  if (args.length === 0 && final === undefined) {
    throw new Fault(`wrong number of args for ${name}: want at least 1 got 0`);
  }
  let value: Value = absent;
  for (const arg of args) {
    value = evaluateArgument(run, dot, arg, 'value');
    if (isTrue(value, run.budget) === (name === 'or')) return value;
  }
  return final ?? value;
}

function evaluateArgument(run: Run, dot: Value, operand: Operand, parameter: Parameter): Value {
  run.at = operand.at;
  run.budget.spend(1);
  if (operand.type === 'nil') {
    if (parameter === 'string') throw new Fault('cannot assign nil to string');
    return parameter === 'any' ? nil : absent;
  }
  return accept(withoutArguments(run, dot, operand), parameter);
}

/** The value of an operand that nothing follows: an argument, or what a chain of fields begins with. */
function withoutArguments(run: Run, dot: Value, operand: Operand): Value {
  const call: Call = { dot, args: [], final: undefined };
  switch (operand.type) {
    case 'field':
      return followFields(run, dot, operand.names, call);
    case 'chain':
      return followFields(run, withoutArguments(run, dot, operand.of), operand.names, call);
    case 'variable':
      return evaluateVariable(run, operand, call);
    case 'function':
      return callFunction(run, operand.name, call);
    default:
      return evaluateConstant(run, operand, call);
  }
}

/** The value as a parameter takes it. */
function accept(value: Value, parameter: Parameter): Value {
  if (parameter === 'string' && value.kind !== 'string') {
    throw new Fault(`wrong type for value; expected string; got ${typeName(value)}`);
  }
  return parameter === 'any' && value.kind === 'absent' ? nil : value;
}
