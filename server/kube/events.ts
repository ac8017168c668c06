/**
 * @module Events of core v1, for people: they may be lost, but they never hold anything up.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { JsonObject } from '../../lib/api/json.ts';
import { BoundedMap } from './bounded-map.ts';
import { describeError, hasStatus, TransportError } from './errors.ts';
import {
  cutMessage,
  eventNamespace,
  eventObject,
  type EventContent,
  type EventOrigin,
} from './event-object.ts';
import type { Log } from './log.ts';
import { systemTiming, type Timing } from './timing.ts';
import { TokenBucket } from './token-bucket.ts';
import type { Transport } from './transport.ts';
import { within } from './within.ts';

export type EventResult =
  | 'sent'
  /** The same was sent a while ago. */
  | 'suppressed'
  /** There were too many, or it stops. */
  | 'dropped'
  | 'failed';

export interface EventRecorderOptions extends EventOrigin {
  readonly transport: Pick<Transport, 'request'>;
  readonly log: Log;
  readonly timing?: Timing;
  readonly onResult?: (result: EventResult) => void;
}

/** Half of the hour that the API server keeps events for: what still holds never vanishes from `kubectl describe`. */
const REPEAT_MS = 30 * 60_000;

const REMEMBERED = 4096;

const RATE = { burst: 100, perSecond: 5 };

/** Of the few connections to the API server, the rest is left to what matters more. */
const CONCURRENT = 2;

/** When the API server is slow: what waits is never more than a burst and a while of the rate. */
const WAITING = 200;

const TIMEOUT_MS = 5_000;
const STOP_MS = 2_000;

interface Pending {
  readonly path: string;
  readonly body: JsonObject;
  /** By which it is remembered. */
  readonly key: string;
}

export class EventRecorder {
  readonly #options: Required<EventRecorderOptions>;
  readonly #bucket: TokenBucket;
  /** When the like of it was sent last. */
  readonly #sentAt = new BoundedMap<number>(REMEMBERED);
  readonly #waiting: Pending[] = [];
  readonly #senders = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #stopped: Promise<void> | undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = { timing: systemTiming, onResult: () => {}, ...options };
    this.#bucket = new TokenBucket({ ...RATE, timing: this.#options.timing });
  }

  /** Never throws, and never waits. */
  record(content: EventContent): void {
    const now = this.#options.timing.now();
    const key = keyOf(content);
    const sentAt = this.#sentAt.get(key);
    if (sentAt !== undefined && now - sentAt < REPEAT_MS) return this.#options.onResult('suppressed');
    if (this.#stopped !== undefined || this.#waiting.length >= WAITING || !this.#bucket.take()) {
      return this.#options.onResult('dropped');
    }
    this.#sentAt.set(key, now);
    const stamp = { suffix: randomBytes(8).toString('hex'), time: timestamp(now) };
    const path = `/api/v1/namespaces/${encodeURIComponent(eventNamespace(content.regarding))}/events`;
    this.#waiting.push({ path, key, body: eventObject(content, this.#options, stamp) });
    this.#send();
  }

  /** Waits for what was recorded, but not for long. */
  stop(): Promise<void> {
    this.#stopped ??= this.#drain();
    return this.#stopped;
  }

  async #drain(): Promise<void> {
    await within(this.#options.timing, STOP_MS, async () => {
      await Promise.all(this.#senders);
    });
    for (const _ of this.#waiting.splice(0)) this.#options.onResult('dropped');
    this.#end.abort();
  }

  #send(): void {
    if (this.#senders.size >= CONCURRENT) return;
    const sender = this.#sendAll().finally(() => this.#senders.delete(sender));
    this.#senders.add(sender);
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      this.#options.onResult(await this.#deliver(pending));
    }
  }

  async #deliver({ path, body, key }: Pending): Promise<'sent' | 'failed'> {
    try {
      await this.#post(path, body);
      return 'sent';
    } catch (error) {
      // Not allowed, or the namespace is being deleted: the next one would fare no better.
      if (hasStatus(error, 403, 404)) return 'failed';
      this.#sentAt.delete(key);
      this.#options.log.debug({ path, reason: describeError(error) }, 'an event could not be written');
      return 'failed';
    }
  }

  async #post(path: string, body: JsonObject): Promise<void> {
    const options = { body, signal: this.#end.signal, timeoutMs: TIMEOUT_MS };
    const { transport } = this.#options;
    try {
      await transport.request('POST', path, options);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      await transport.request('POST', path, options).catch((second: unknown) => {
        // The first one was written after all: only its answer was lost.
        if (!hasStatus(second, 409)) throw second;
      });
    }
  }
}

/** A digest, so that what is remembered takes little room however long the messages are. */
function keyOf({ regarding: { uid }, type, reason, message }: EventContent): string {
  const text = JSON.stringify([uid, type, reason, cutMessage(message)]);
  return createHash('sha256').update(text).digest('base64');
}

/** meta/v1 Time has no fractions. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
