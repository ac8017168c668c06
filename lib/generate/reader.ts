/**
 * @module Reading what a Secret is made from: everything is asked for once, in one fixed order.
 */
import type { ServiceReference } from '../binding/binding.ts';
import type { Demand, SourceReference, SourceState } from './generation.ts';

/** A part of the making of a Secret: it may demand something, and comes to a result. */
export type Making<T> = Generator<Demand, T, readonly SourceState[]>;

const ABSENT: SourceState = { state: 'absent' };

export class Reader {
  readonly #known = new Map<string, SourceState>();

  /** One state per source, in their order. */
  *read(sources: readonly SourceReference[]): Making<readonly SourceState[]> {
    const keys = sources.map((source) => JSON.stringify(source));
    const unknown = new Map<string, SourceReference>();
    for (const [index, source] of sources.entries()) {
      const key = keys[index] ?? '';
      if (!this.#known.has(key)) unknown.set(key, source);
    }
    if (unknown.size > 0) {
      const states = yield { demand: 'read', sources: [...unknown.values()] };
      for (const [index, key] of [...unknown.keys()].entries()) this.#known.set(key, states[index] ?? ABSENT);
    }
    return keys.map((key) => this.#known.get(key) ?? ABSENT);
  }
}

/** One object; members in one order, so that what is asked for twice is recognised. */
export function objectSource({
  group,
  version,
  kind,
  namespace,
  name,
}: Omit<ServiceReference, 'resource'>): SourceReference {
  return { source: 'object', group, version, kind, namespace, name };
}
