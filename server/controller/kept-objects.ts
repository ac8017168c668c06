/**
 * @module Whole objects that were just found wrong, kept for the moment until they are put right: that saves reading them
 * once more. As text, which takes a third of the room; and within bounds, for when a controller begins and all are wrong.
 */
import type { JsonObject } from '../../lib/api/json.ts';

export interface KeptLimits {
  /** Characters of JSON, of one object: of ordinary size. */
  readonly one: number;
  /** Of all of them. */
  readonly all: number;
}

const LIMITS: KeptLimits = { one: 32 * 1024, all: 16 * 1024 * 1024 };

export class KeptObjects {
  readonly #limits: KeptLimits;
  readonly #texts = new Map<string, string>();
  #size = 0;

  constructor(limits: KeptLimits = LIMITS) {
    this.#limits = limits;
  }

  /** In place of what was kept so; nothing if there is no room. */
  keep(key: string, object: JsonObject): void {
    this.drop(key);
    const text = JSON.stringify(object);
    if (text.length > this.#limits.one || this.#size + text.length > this.#limits.all) return;
    this.#texts.set(key, text);
    this.#size += text.length;
  }

  /** Only once: it is about to change. */
  take(key: string): JsonObject | undefined {
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    this.drop(key);
    const object: JsonObject = JSON.parse(text);
    return object;
  }

  drop(key: string): void {
    this.#size -= this.#texts.get(key)?.length ?? 0;
    this.#texts.delete(key);
  }
}
