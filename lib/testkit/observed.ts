/**
 * @module Observed bindings and workloads, unremarkable but for what the test is about.
 */
import assert from 'node:assert/strict';
import type { Binding } from '../binding/binding.ts';
import { readBinding } from '../binding/read.ts';
import type { ObservedBinding, ObservedWorkload } from '../reconcile/plan.ts';
import { aServiceBinding } from './builders.ts';

export function bindingOf(object: Parameters<typeof readBinding>[0]): Binding {
  const parsed = readBinding(object);
  assert.ok(parsed.ok);
  return parsed.value;
}

const BINDING = bindingOf(aServiceBinding());

export function aWorkload(name: string, override: Partial<ObservedWorkload> = {}): ObservedWorkload {
  return {
    key: name,
    label: `Deployment shop/${name}`,
    targeted: true,
    carries: false,
    isRight: false,
    fixed: undefined,
    failure: undefined,
    ...override,
  };
}

export function observed(override: Partial<ObservedBinding> = {}): ObservedBinding {
  return {
    subject: { binding: BINDING },
    deleting: false,
    held: true,
    namespace: 'included',
    kind: 'known',
    pending: false,
    workloads: [],
    ...override,
  };
}

export const BOUND = aWorkload('orders', { carries: true, isRight: true });
export const UNBOUND = aWorkload('orders');
export const LEFT = aWorkload('old', { carries: true, targeted: false });
export const FIXED = aWorkload('pod', { carries: true, fixed: 'it is a Pod' });
