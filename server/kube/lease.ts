/**
 * @module Leader election on a Lease of coordination.k8s.io/v1.
 *
 * Two replicas never lead at once: a leader counts its term from the moment before it sent the renewal, and ends it by
 * itself at two thirds of the duration that others wait for, counted from when they saw that renewal. No answer, no
 * timer and no other process is needed for the end, so a process that was stopped for a while or is cut off from the API
 * server is no leader when it comes to itself.
 */
import { isObject, type JsonObject } from '../../lib/api/json.ts';
import {
  claimed,
  decideLease,
  leaseRecordOf,
  observe,
  released,
  type Observation,
} from '../../lib/reconcile/lease.ts';
import { jittered } from './backoff.ts';
import { ApiError, describeError, hasStatus, TransportError } from './errors.ts';
import type { Log } from './log.ts';
import { systemTiming, type Timing } from './timing.ts';
import type { RequestOptions, Transport } from './transport.ts';
import { within } from './within.ts';

export interface LeaseOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly namespace: string;
  readonly name: string;
  /** Never used before, by this process or another: with a random part. */
  readonly identity: string;
  readonly log: Log;
  readonly timing?: Timing;
  /** Called once for each change, and never by {@link LeaseElection.start} itself. */
  readonly onChange: (leading: boolean) => void;
  /** How long a Lease is another's to wait for after its last renewal. */
  readonly durationMs?: number;
  /** How often the leader renews. */
  readonly renewMs?: number;
  /** How often the others look, and how long after a failure it is tried again. */
  readonly pollMs?: number;
}

const DEFAULTS = { timing: systemTiming, durationMs: 15_000, renewMs: 5_000, pollMs: 3_000 };

/** Whoever shuts down gives this much to the next leader's comfort. */
const RELEASE_MS = 2_000;

export class LeaseElection {
  readonly #options: Required<LeaseOptions>;
  readonly #collection: string;
  /** `cleat-system/cleat`, for logs. */
  readonly #lease: string;
  readonly #end = new AbortController();
  #loop: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  #observation: Observation | undefined;
  /** The Lease as our last write left it: as long as there is one, a renewal needs no look. */
  #held: JsonObject | undefined;
  #leadsUntil = -Infinity;
  #announced = false;
  /** A write was sent, and no look since then has shown that it is another's. */
  #mayHold = false;
  /** What was logged last about the holder and about failures, so that each is said once. */
  #saidHolder = '';
  #saidTrouble: string | undefined;

  constructor(options: LeaseOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { namespace, name } = options;
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
    this.#lease = `${namespace}/${name}`;
  }

  start(): void {
    if (!this.#end.signal.aborted) this.#loop ??= this.#run();
  }

  /** Gives the Lease up, so that another takes over at its next look. */
  stop(): Promise<void> {
    this.#end.abort();
    this.#stopped ??= within(this.#options.timing, RELEASE_MS, async (signal) => {
      await this.#loop; // it tells that we lead no more, before anybody else can
      await this.#release(signal);
    });
    return this.#stopped;
  }

  leading(): boolean {
    return !this.#end.signal.aborted && this.#options.timing.now() < this.#leadsUntil;
  }

  /** Whose Lease it was at the last look; undefined if nobody's, or nobody looked yet. */
  holder(): string | undefined {
    const holder = this.#observation?.record.holder ?? '';
    return holder === '' ? undefined : holder;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      this.#announce();
      const waitMs = await this.#turn();
      this.#announce();
      await this.#options.timing.sleep(this.#untilLapse(waitMs), signal);
    }
    this.#announce();
  }

  /** Returns how long to wait for the next one. */
  async #turn(): Promise<number> {
    const { pollMs, timing } = this.#options;
    try {
      // Somebody was quicker: whose it is now is worth another look, but not a third.
      const waitMs = (await this.#attempt()) ?? (await this.#attempt());
      this.#settle();
      return waitMs ?? jittered(pollMs, timing.random());
    } catch (error) {
      if (!this.#end.signal.aborted) this.#complain(error);
      return jittered(pollMs, timing.random());
    }
  }

  /** Undefined if somebody else wrote in between. */
  async #attempt(): Promise<number | undefined> {
    const { timing, renewMs, pollMs } = this.#options;
    const lease = this.#held ?? (await this.#look());
    const decision = decideLease(this.#observation, this.#options, timing.now());
    if (decision.action === 'wait') {
      return Math.min(jittered(pollMs, timing.random()), decision.expiresInMs);
    }
    return (await this.#claim(lease)) ? jittered(renewMs, timing.random()) : undefined;
  }

  async #look(): Promise<JsonObject | undefined> {
    const lease = await this.#read(this.#requestOptions());
    this.#observation = lease && observe(this.#observation, leaseRecordOf(lease), this.#options.timing.now());
    if (this.holder() !== this.#options.identity) {
      this.#leadsUntil = -Infinity;
      this.#mayHold = false;
      this.#tellHolder();
    }
    return lease;
  }

  /** False if somebody else was quicker, or has deleted it. */
  async #claim(lease: JsonObject | undefined): Promise<boolean> {
    const { timing, durationMs } = this.#options;
    const sentAt = timing.now();
    this.#held = undefined; // until it is known what came of it
    this.#mayHold = true;
    const written = await this.#write(lease, sentAt);
    if (written === undefined) return false;
    // A term that ended while this was under way did end, even if the next one begins now.
    this.#announce();
    this.#leadsUntil = sentAt + (durationMs * 2) / 3;
    this.#held = written;
    this.#observation = observe(this.#observation, leaseRecordOf(written), timing.now());
    return true;
  }

  async #write(lease: JsonObject | undefined, now: number): Promise<JsonObject | undefined> {
    const body = claimed(lease, { ...this.#options, time: microTime(now) });
    const options = { ...this.#requestOptions(), body };
    try {
      if (lease === undefined) return await this.#request('POST', this.#collection, options);
      return await this.#request('PUT', this.#path, options);
    } catch (error) {
      if (hasStatus(error, 409) || (lease !== undefined && hasStatus(error, 404))) return undefined;
      throw error;
    }
  }

  async #release(signal: AbortSignal): Promise<void> {
    const { identity, timing, log } = this.#options;
    if (!this.#mayHold) return;
    try {
      // What was under way when it was stopped may have been written or not: what is written says so.
      const lease = await this.#read({ signal });
      if (lease === undefined || leaseRecordOf(lease).holder !== identity) return;
      await this.#request('PUT', this.#path, { signal, body: released(lease, microTime(timing.now())) });
      log.info({ lease: this.#lease }, 'gave the Lease up');
    } catch (error) {
      if (signal.aborted || hasStatus(error, 404, 409)) return;
      const about = { lease: this.#lease, reason: describeError(error) };
      log.warn(about, 'the Lease could not be given up: another replica leads once it has expired');
    }
  }

  async #read(options: RequestOptions): Promise<JsonObject | undefined> {
    try {
      return await this.#request('GET', this.#path, options);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async #request(method: string, path: string, options: RequestOptions): Promise<JsonObject> {
    const answer = await this.#options.transport.request(method, path, options);
    if (isObject(answer)) return answer;
    throw new TransportError('unreadable', `${method} ${path}: the answer is no Lease`);
  }

  get #path(): string {
    return `${this.#collection}/${encodeURIComponent(this.#options.name)}`;
  }

  /** A leader waits for no answer beyond its term: that it is over has to be told. */
  #requestOptions(): RequestOptions {
    const timeoutMs = Math.ceil(this.#untilLapse(this.#options.durationMs / 3));
    return { signal: this.#end.signal, timeoutMs };
  }

  /** The time, or less if our term ends before; then a moment more, so that it has surely ended. */
  #untilLapse(ms: number): number {
    return this.leading() ? Math.min(ms, this.#leadsUntil - this.#options.timing.now() + 1) : ms;
  }

  #announce(): void {
    const leading = this.leading();
    if (leading === this.#announced) return;
    this.#announced = leading;
    this.#tellLeading(leading);
    try {
      this.#options.onChange(leading);
    } catch (error) {
      const about = { lease: this.#lease, leading, reason: describeError(error) };
      this.#options.log.error(about, 'a change of leader was not taken in');
    }
  }

  #tellLeading(leading: boolean): void {
    const { log, identity } = this.#options;
    const about = { lease: this.#lease, identity };
    if (leading) this.#saidHolder = identity;
    if (leading) log.info(about, 'this replica leads');
    else if (this.#end.signal.aborted) log.info(about, 'this replica leads no more: it stops');
    else log.warn(about, 'this replica leads no more: the Lease was not renewed in time, or was taken');
  }

  #tellHolder(): void {
    const holder = this.holder() ?? '';
    if (holder === '' || holder === this.#saidHolder) return;
    this.#saidHolder = holder;
    this.#options.log.info({ lease: this.#lease, holder }, 'another replica leads');
  }

  #complain(error: unknown): void {
    const trouble = kindOf(error);
    if (trouble === this.#saidTrouble) return;
    this.#saidTrouble = trouble;
    const remedy = hasStatus(error, 401, 403)
      ? "let Cleat's ServiceAccount get, create and update this Lease: re-apply the installation"
      : 'it is tried again until it succeeds';
    const about = { lease: this.#lease, reason: describeError(error), remedy };
    this.#options.log.warn(
      about,
      'the Lease cannot be had, so this replica cannot become or stay the leader',
    );
  }

  #settle(): void {
    if (this.#saidTrouble !== undefined) {
      this.#options.log.info({ lease: this.#lease }, 'the Lease can be had again');
    }
    this.#saidTrouble = undefined;
  }
}

/** Texts of failures differ from one to the next, by a port number or a time: their kind does not. */
function kindOf(error: unknown): string {
  if (error instanceof ApiError) return `HTTP ${error.status}`;
  return error instanceof TransportError ? error.failure : describeError(error);
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
