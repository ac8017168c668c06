/**
 * @module Conditions that an object already carries.
 */
import { type Condition, ConditionType } from '../api/condition.ts';
import { isObject, type Json, type JsonObject, own } from '../api/json.ts';

const STATUSES: ReadonlySet<unknown> = new Set(['True', 'False', 'Unknown']);
const TYPES: ReadonlySet<unknown> = new Set(Object.values(ConditionType));
const MEMBERS = ['reason', 'message', 'lastTransitionTime'];

function isCondition(item: JsonObject): boolean {
  return (
    TYPES.has(own(item, 'type')) &&
    STATUSES.has(own(item, 'status')) &&
    MEMBERS.every((member) => typeof own(item, member) === 'string')
  );
}

/** The well-formed conditions of the types that Cleat writes; all others are left out. */
export function parseConditions(value: Json | undefined): readonly Condition[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).filter(
    (item): item is Json & Condition => isObject(item) && isCondition(item),
  );
}
