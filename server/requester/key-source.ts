/**
 * @module The key that requesters are sealed with, in a Secret of Cleat's own namespace. Whichever replica finds the
 * Secret empty makes one; its write carries the resourceVersion that was read, so that all replicas have the same.
 *
 * Nothing is read before the first one asks: where no such bindings are installed, there is no such Secret either, and
 * no right to read it.
 */
import type { SealKey } from '../../lib/requester/stamp.ts';
import { describeError } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import { systemTiming, type Timing } from '../kube/timing.ts';
import { within } from '../kube/within.ts';

/** The entry of the Secret: 32 bytes, hexadecimal. */
export const KEY_ENTRY = 'key';
export const KEY_BYTES = 32;

export interface KeySecretContent {
  readonly data: Readonly<Record<string, string>>;
  readonly resourceVersion: string;
}

/** The Secret as the API has it. */
export interface KeySecret {
  /** Undefined if there is none. */
  read(): Promise<KeySecretContent | undefined>;
  /** Sets these entries and leaves the others; `conflict` if the Secret is not as it was read any more. */
  write(data: Readonly<Record<string, string>>, resourceVersion: string): Promise<'written' | 'conflict'>;
}

export interface RequesterKeyOptions {
  readonly secret: KeySecret;
  /** For messages: `Secret cleat-system/cleat-requester-key`. */
  readonly describe: string;
  /** Makes that many bytes that nobody can guess. */
  readonly randomBytes: (length: number) => Uint8Array;
  readonly log: Log;
  readonly timing?: Timing;
}

/** Somebody may have emptied the Secret, so that another replica made a new key. */
const LOOK_AGAIN_MS = 5 * 60_000;

/** The same on suspicion. A forged seal is no reason to ask the API server as often as somebody likes. */
const DOUBT_MS = 60_000;

/** After a look that found no key. */
const RETRY_MS = 1_000;

/** An admission waits no longer for the first look: the API server gives up after 5 s. */
const PATIENCE_MS = 3_000;

/** How often another replica may be quicker. It needs one write, and then there is a key. */
const ATTEMPTS = 5;

const HEX = new RegExp(`^[0-9a-f]{${KEY_BYTES * 2}}$`);

export class RequesterKey {
  readonly #options: RequesterKeyOptions;
  readonly #timing: Timing;
  readonly #listeners = new Set<() => void>();
  readonly #end = new AbortController();
  #text: string | undefined;
  #problem: string | undefined;
  #lookedAt = -Infinity;
  #looking: Promise<void> | undefined;
  #isPolling = false;

  constructor(options: RequesterKeyOptions) {
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
  }

  /** What is known; asking begins the search for it. */
  current(): SealKey {
    if (this.#text !== undefined) return { key: Buffer.from(this.#text, 'hex') };
    this.#lookAfter(RETRY_MS);
    return { problem: this.#problem ?? `${this.#options.describe} has not been read yet: try again` };
  }

  /** Returns once there is a key, or at any rate when an admission has waited long enough for it. */
  async ready(): Promise<void> {
    if (this.#text !== undefined) return;
    this.#lookAfter(RETRY_MS);
    const looking = this.#looking;
    if (looking !== undefined) await within(this.#timing, PATIENCE_MS, async () => await looking);
  }

  /** A seal did not verify: it may have been made with a newer key. */
  doubt(): void {
    this.#lookAfter(DOUBT_MS);
  }

  /** Called whenever the key has become another. Returns what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    this.#end.abort();
  }

  #lookAfter(ms: number): void {
    if (this.#end.signal.aborted || this.#looking !== undefined) return;
    if (this.#timing.now() - this.#lookedAt < ms) return;
    this.#looking = this.#look().finally(() => {
      this.#lookedAt = this.#timing.now();
      this.#looking = undefined;
    });
    if (!this.#isPolling) void this.#poll();
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    const { signal } = this.#end;
    for (;;) {
      await this.#timing.sleep(LOOK_AGAIN_MS, signal);
      if (signal.aborted) return;
      this.#lookAfter(0);
    }
  }

  /** What was known stays known when the Secret cannot be read, is gone, or holds something else. */
  async #look(): Promise<void> {
    const { log, describe } = this.#options;
    try {
      const text = await this.#readOrMake();
      if (this.#end.signal.aborted) return;
      this.#problem = undefined;
      if (text === this.#text) return;
      const isAnother = this.#text !== undefined;
      this.#text = text;
      if (isAnother) log.warn({ secret: describe }, 'the key that requesters are sealed with is another now');
      for (const listener of this.#listeners) listener();
    } catch (error) {
      const problem = describeError(error);
      if (problem !== this.#problem)
        log.warn({ secret: describe, problem }, 'no key to seal requesters with');
      this.#problem = problem;
    }
  }

  async #readOrMake(): Promise<string> {
    const { describe } = this.#options;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const { data, resourceVersion } = await this.#read();
      const text = textAt(data, KEY_ENTRY).trim();
      if (HEX.test(text)) return text;
      if (text !== '') {
        throw new Error(
          `${describe}: its entry ${KEY_ENTRY} is not ${KEY_BYTES} bytes in hexadecimal; remove the entry and Cleat makes a new key`,
        );
      }
      const made = await this.#make(resourceVersion);
      if (made !== undefined) return made;
    }
    throw new Error(`${describe}: was changed whenever Cleat wrote it; let nobody but Cleat write it`);
  }

  async #read(): Promise<KeySecretContent> {
    const { secret, describe } = this.#options;
    let content: KeySecretContent | undefined;
    try {
      content = await secret.read();
    } catch (error) {
      throw new Error(
        `${describe}: cannot be read (${describeError(error)}); it is tried again, but Cleat has to be allowed to get it`,
        { cause: error },
      );
    }
    if (content !== undefined) return content;
    throw new Error(`${describe}: does not exist; re-apply the installation, or create an empty ${describe}`);
  }

  /** Undefined if another replica was quicker. */
  async #make(resourceVersion: string): Promise<string | undefined> {
    const { secret, describe, randomBytes, log } = this.#options;
    const text = Buffer.from(randomBytes(KEY_BYTES)).toString('hex');
    try {
      if ((await secret.write({ [KEY_ENTRY]: text }, resourceVersion)) === 'conflict') return undefined;
    } catch (error) {
      throw new Error(
        `${describe}: cannot be written (${describeError(error)}); it is tried again, but Cleat has to be allowed to ` +
          'patch it, and it must not be immutable',
        { cause: error },
      );
    }
    log.info({ secret: describe }, 'made the key that requesters are sealed with');
    return text;
  }
}

function textAt(data: KeySecretContent['data'], name: string): string {
  return Object.hasOwn(data, name) ? (data[name] ?? '') : '';
}
