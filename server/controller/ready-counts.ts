/**
 * @module How many bindings are ready, and why the others are not, as their statuses say.
 */
import { ConditionType } from '../../lib/api/condition.ts';
import { dig } from '../../lib/api/json.ts';
import { parseConditions } from '../../lib/parse/condition.ts';
import type { BindingRecord } from './bindings.ts';

export interface ReadyCount {
  readonly ready: string;
  readonly reason: string;
  readonly count: number;
}

export function readyCounts(records: Iterable<BindingRecord>): readonly ReadyCount[] {
  const counts = new Map<string, ReadyCount>();
  for (const { status } of records) {
    const found = parseConditions(dig(status, 'conditions')).find(({ type }) => type === ConditionType.ready);
    const { status: ready = 'Unknown', reason = 'Initializing' } = found ?? {};
    const key = `${ready}/${reason}`;
    counts.set(key, { ready, reason, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()];
}
