/**
 * @module Makes the Secrets of bindings that have one of their own, and remembers what came of it.
 */
import { SECRET } from '../../../lib/api/kinds.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import { generate } from '../../../lib/generate/generate.ts';
import type { Generated, Generation } from '../../../lib/generate/generation.ts';
import { derivedResolution, entriesOf } from '../../../lib/resolve/derived.ts';
import type { SecretResolution } from '../../../lib/resolve/secret.ts';
import { Reason } from '../../../lib/api/condition.ts';
import { nextTurn } from '../../turns.ts';
import type { BindingKey, BindingRecord } from '../bindings.ts';
import { type Dependencies, type Dependency, type DependencyKey, onObject } from './dependencies.ts';
import type { SecretWriter } from './secret-writer.ts';
import { type Asker, SourceReader, type SourceReaderOptions } from './source-reader.ts';

export interface Derived {
  readonly generation: number;
  readonly resolution: SecretResolution;
  /** The entries of the Secret; undefined while it is unknown. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly warnings: readonly string[];
}

export interface DeriverOptions extends SourceReaderOptions {
  readonly writer: Pick<SecretWriter, 'ensure'>;
  readonly dependencies: Dependencies;
  /** What the user should know of it and did not know before; there is something. */
  readonly onWarnings: (record: BindingRecord, warnings: readonly string[]) => void;
  /** Who asked for a binding; throws what passes by itself. */
  readonly askerOf: (record: BindingRecord) => Promise<Asker>;
}

/** With the pauses between them these take some seconds; an API server that is merely restarted is back by then. */
const MAX_TROUBLES = 6;

export class Deriver {
  readonly #options: DeriverOptions;
  /** By uid. */
  readonly #derived = new Map<string, Derived>();
  /** The uids of those that anything is remembered of. */
  readonly #uids = new Map<BindingKey, string>();
  /** How often in a row the API server was in trouble with the sources of a binding, by its uid. */
  readonly #troubles = new Map<string, number>();

  constructor(options: DeriverOptions) {
    this.#options = options;
  }

  /** What came of it for this very generation. */
  find({ uid, generation }: Pick<Binding, 'uid' | 'generation'>): Derived | undefined {
    const derived = this.#derived.get(uid);
    return derived?.generation === generation ? derived : undefined;
  }

  /** Reads the sources anew, and writes the Secret if it is not there as it should be. Throws what passes by itself. */
  async derive(record: BindingRecord, binding: Binding): Promise<Derived> {
    this.#remember(record);
    // The Secret that the status names for this generation serves meanwhile: that it is there goes on being said.
    const isServed = binding.publishedSecret !== undefined;
    const isLasting = !isServed && (this.#troubles.get(record.uid) ?? 0) >= MAX_TROUBLES;
    const [asker, expect] = [await this.#options.askerOf(record), this.#expecting(record)];
    const reader = new SourceReader(this.#options, binding, { asker, expect, isLasting });
    try {
      return await this.#make(record, binding, reader);
    } finally {
      this.#countTroubles(record, reader);
    }
  }

  async #make(record: BindingRecord, binding: Binding, reader: SourceReader): Promise<Derived> {
    const { dependencies } = this.#options;
    const { generated, warnings } = await this.#generate(binding, reader);
    const { outcome, secret } = await this.#store(binding, generated, this.#expecting(record));
    const kinds = secret === undefined ? reader.kinds : [...reader.kinds, SECRET];
    dependencies.set(record.key, [...reader.dependencies, ...(secret === undefined ? [] : [secret])], kinds);
    this.#warn(record, warnings);
    const derived: Derived = {
      generation: binding.generation,
      resolution: await this.#resolve(binding, outcome, reader),
      keys: entriesOf(outcome),
      warnings,
    };
    this.#derived.set(binding.uid, derived);
    return derived;
  }

  /** Whatever binding it was that had the key. */
  forget(key: BindingKey): void {
    this.#forgetResult(key);
    this.#options.dependencies.forget(key);
  }

  /** Somebody else makes them from now on. */
  clear(): void {
    this.#derived.clear();
    this.#uids.clear();
    this.#troubles.clear();
    this.#options.dependencies.clear();
  }

  /** One that is deleted and made anew has its key from the one before. */
  #remember({ key, uid }: BindingRecord): void {
    if (this.#uids.get(key) !== uid) this.#forgetResult(key);
    this.#uids.set(key, uid);
  }

  #forgetResult(key: BindingKey): void {
    const uid = this.#uids.get(key);
    if (uid === undefined) return;
    this.#uids.delete(key);
    this.#derived.delete(uid);
    this.#troubles.delete(uid);
  }

  #expecting({ key }: BindingRecord): (dependency: DependencyKey) => void {
    return (dependency) => this.#options.dependencies.expect(key, dependency);
  }

  #countTroubles({ uid }: BindingRecord, { isTroubled }: SourceReader): void {
    if (isTroubled) this.#troubles.set(uid, (this.#troubles.get(uid) ?? 0) + 1);
    else this.#troubles.delete(uid);
  }

  async #generate(binding: Binding, reader: SourceReader): Promise<Generation> {
    const making = generate(binding);
    let step = making.next();
    while (step.done !== true) {
      const demand = step.value;
      if (demand.demand === 'pause') {
        await nextTurn();
        step = making.next([]);
      } else {
        step = making.next(
          await Promise.all(demand.sources.map(async (source) => await reader.read(source))),
        );
      }
    }
    return step.value;
  }

  /** What is made depends on its own Secret too: whoever deletes or changes it, or has its name, is seen. */
  async #store(
    binding: Binding,
    generated: Generated,
    expect: (key: DependencyKey) => void,
  ): Promise<{ readonly outcome: Generated; readonly secret?: Dependency }> {
    if (generated.outcome !== 'make') return { outcome: generated };
    const key = onObject(SECRET, { namespace: binding.namespace, name: generated.name });
    expect(key);
    const written = await this.#options.writer.ensure(binding, generated);
    if (written.ok) return { outcome: generated, secret: [key, written.resourceVersion] };
    const cause = written.denied ? 'denied' : undefined;
    const failure = { stage: 'secret-key', message: written.problem, cause } as const;
    return { outcome: { outcome: 'failed', failure }, secret: [key, undefined] };
  }

  #warn(record: BindingRecord, warnings: readonly string[]): void {
    const known = this.#derived.get(record.uid)?.warnings ?? [];
    const news = warnings.filter((warning) => !known.includes(warning));
    if (news.length > 0) this.#options.onWarnings(record, news);
  }

  /** The Secret is made for whoever may read its sources; projected it is for whoever may change the workload too. */
  async #resolve(binding: Binding, outcome: Generated, reader: SourceReader): Promise<SecretResolution> {
    const resolution = derivedResolution(binding, outcome);
    if (resolution.secret === undefined) return resolution;
    const lacking = await reader.mayNotUpdate();
    if (lacking === undefined) return resolution;
    return {
      secret: undefined,
      finding: { status: 'False', reason: Reason.workloadForbidden, message: lacking },
      failed: 'workload',
      isSilentlyMended: true,
    };
  }
}
