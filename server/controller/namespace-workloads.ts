/**
 * @module The workloads of one kind in one namespace, found by what bindings ask for: a name, or labels.
 */
import type { Binding } from '../../lib/binding/binding.ts';
import { anchors, labelKey } from '../../lib/resolve/selector.ts';
import { wouldTarget } from '../../lib/resolve/targets.ts';
import { KeyIndex } from './key-index.ts';
import type { WorkloadRecord } from './workload-record.ts';

export class NamespaceWorkloads {
  readonly #byName = new Map<string, WorkloadRecord>();
  /** The names of those with a label; not of those that merely have its key, which few selectors ask for. */
  readonly #byLabel = new KeyIndex();

  get size(): number {
    return this.#byName.size;
  }

  all(): readonly WorkloadRecord[] {
    return [...this.#byName.values()];
  }

  add(record: WorkloadRecord): void {
    this.#byName.set(record.name, record);
    for (const [key, value] of record.labels) this.#byLabel.add(labelKey(key, value), record.name);
  }

  delete(record: WorkloadRecord): void {
    this.#byName.delete(record.name);
    for (const [key, value] of record.labels) this.#byLabel.delete(labelKey(key, value), record.name);
  }

  /** Those that the binding targets, or would if it were not being deleted; it is of this namespace and for this kind. */
  targetsOf(binding: Binding): readonly WorkloadRecord[] {
    return this.#candidates(binding).flatMap((name) => {
      const record = this.#byName.get(name);
      return record !== undefined && wouldTarget(binding, record) ? [record] : [];
    });
  }

  #candidates({ workload: { target } }: Binding): readonly string[] {
    if ('name' in target) return [target.name];
    if ('nothing' in target) return [];
    const labels = anchors(target.selector);
    return labels?.every((label) => label.includes('=')) === true
      ? labels.flatMap((label) => this.#byLabel.at(label))
      : [...this.#byName.keys()];
  }
}
