/**
 * @module Objects read as bindings, for tests of the adapters. Nothing of the input may be modified: all is frozen.
 */
import assert from 'node:assert/strict';
import type { JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { readBinding } from '../binding/read.ts';
import { describeErrors } from '../parse/field.ts';
import { frozen } from './freeze.ts';

/** One that can be used. */
export function read(object: JsonObject): Binding {
  const binding = readBinding(frozen(object));
  assert.ok(binding.ok, binding.ok ? '' : describeErrors(binding.errors));
  return binding.value;
}

/** What is wrong with it; empty if nothing is. */
export function problems(object: JsonObject): string {
  const binding = readBinding(frozen(object));
  return binding.ok ? '' : describeErrors(binding.errors);
}
