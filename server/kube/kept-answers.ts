/**
 * @module Yes and no, kept for a while: what the API server's authorizers say is asked for again and again.
 */
import { BoundedMap } from './bounded-map.ts';
import type { Timing } from './timing.ts';

export interface KeptAnswersOptions {
  /** So many questions at most. */
  readonly limit: number;
  /** How long after somebody edited a role the old answer may be given. */
  readonly maxAgeMs: number;
  /** The same for a refusal: whoever grants a right looks on. */
  readonly maxDeniedAgeMs: number;
  readonly timing: Timing;
}

interface Asked {
  readonly at: number;
  readonly answer: Promise<boolean>;
  /** Known to be a refusal. */
  isDenied: boolean;
}

export class KeptAnswers {
  readonly #options: KeptAnswersOptions;
  readonly #asked: BoundedMap<Asked>;

  constructor(options: KeptAnswersOptions) {
    this.#options = options;
    this.#asked = new BoundedMap(options.limit);
  }

  /** Those who ask the same at the same time share a request. A question that throws is not kept. */
  async get(key: string, ask: () => Promise<boolean>): Promise<boolean> {
    const { timing, maxAgeMs, maxDeniedAgeMs } = this.#options;
    const known = this.#asked.get(key);
    const age = known?.isDenied === true ? maxDeniedAgeMs : maxAgeMs;
    if (known && timing.now() - known.at < age) return await known.answer;
    const asked: Asked = { at: timing.now(), answer: ask(), isDenied: false };
    this.#asked.set(key, asked);
    try {
      const allowed = await asked.answer;
      asked.isDenied = !allowed;
      return allowed;
    } catch (error) {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
      throw error;
    }
  }

  /** Answers under way reach those who wait for them, and nobody else. */
  clear(): void {
    this.#asked.clear();
  }
}
