/**
 * @module Makes one workload right: reads it, decides, patches, and looks at what came back.
 */
import { diff } from '../../lib/patch/diff.ts';
import { Reason } from '../../lib/api/condition.ts';
import type { JsonObject } from '../../lib/api/json.ts';
import { message } from '../../lib/message/texts.ts';
import type { Failure } from '../../lib/reconcile/conditions.ts';
import type { Settled } from '../../lib/reconcile/plan.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import { ApiError, hasStatus, isPassing, TransportError } from '../kube/errors.ts';
import { Fights } from './fights.ts';
import { KeyedLock } from './keyed-lock.ts';
import { NotLeading, type ObjectClient, type ObjectPlace } from './object-client.ts';
import { describeRefusal } from './refusal.ts';
import { judgeObject, type WorkloadKey, type WorkloadRecord } from './workload-record.ts';
import type { Workloads } from './workloads.ts';

/** Somebody who writes all the time is waited for in the queue, not here. */
const ATTEMPTS = 4;

export interface ApplierOptions {
  readonly client: ObjectClient;
  readonly workloads: Workloads;
  readonly lister: Lister;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** A workload was changed: its Pods are rolled out anew. */
  readonly onChanged: (before: WorkloadRecord, after: WorkloadRecord) => void;
}

/** How often a change is made that does not last before somebody else is held to undo it. */
const UNDONE = 2;

/** The answer to a patch, if it is not what it should be; undefined after a conflict. */
interface Unfinished {
  readonly answer: JsonObject | undefined;
}

/** What holds of a workload as a whole; what it means for one binding is told by the record's verdict. */
type Outcome =
  | { readonly result: 'right' | 'fixed'; readonly record: WorkloadRecord }
  | { readonly result: 'failed'; readonly failure: Failure; readonly recheck: boolean }
  | { readonly result: 'gone' }
  | { readonly result: 'retry'; readonly problem: string };

const placeOf = ({ resource, namespace, name }: WorkloadRecord): ObjectPlace => ({
  resource,
  namespace,
  name,
});

export class Applier {
  readonly #options: ApplierOptions;
  /** Two bindings of one workload would only get in each other's way. */
  readonly #lock = new KeyedLock();
  readonly #fights: Fights;

  constructor(options: ApplierOptions) {
    this.#options = options;
    this.#fights = new Fights(options.now);
  }

  /**
   * What has come of a workload for one binding. `gone`: uids whose projections are to be taken away though no binding of
   * theirs can be read.
   */
  async settle(key: WorkloadKey, uid: string, gone: readonly string[] = []): Promise<Settled> {
    const outcome = await this.#lock.run(key, async () => await this.#makeRight(key, gone));
    switch (outcome.result) {
      case 'right':
        return { result: 'right', failure: outcome.record.verdict.failures.get(uid) };
      case 'fixed':
        return {
          result: 'failed',
          failure: { reason: Reason.unprojectable, message: outcome.record.fixed ?? '' },
          recheck: false,
        };
      default:
        return outcome;
    }
  }

  async #makeRight(key: WorkloadKey, gone: readonly string[]): Promise<Outcome> {
    const { workloads } = this.#options;
    const known = workloads.get(key);
    if (known === undefined) return { result: 'gone' };
    // Another binding of the same workload may have settled it meanwhile.
    if (gone.length === 0 && workloads.isRight(known) === true) return { result: 'right', record: known };
    // Who is about to stop reads nothing either: the lease waits for it.
    if (!this.#options.client.mayWrite()) return explain(new NotLeading('the lease is lost'));
    try {
      return await this.#attempts(key, known, gone);
    } catch (error) {
      return explain(error);
    }
  }

  async #attempts(key: WorkloadKey, known: WorkloadRecord, gone: readonly string[]): Promise<Outcome> {
    let object = this.#options.workloads.takeKept(key);
    let undone = 0;
    for (let attempt = 0; attempt < ATTEMPTS && undone < UNDONE; attempt++) {
      object ??= await this.#options.client.get(placeOf(known));
      const attempted = await this.#attempt(object, known, gone);
      if ('result' in attempted) return attempted;
      // Another binding may have changed meanwhile, so that what came back is right no more: then the next attempt is.
      if (attempted.answer !== undefined) undone += 1;
      object = attempted.answer;
    }
    return undone < UNDONE
      ? { result: 'retry', problem: 'somebody else keeps changing it' }
      : undoneByOthers();
  }

  async #attempt(
    object: JsonObject,
    known: WorkloadRecord,
    gone: readonly string[],
  ): Promise<Outcome | Unfinished> {
    const { client, lister, onChanged } = this.#options;
    const judged = judgeObject(object, known.resource, lister, gone);
    if (judged === undefined) return { result: 'gone' };
    const settled = this.#settled(judged.record);
    if (settled !== undefined) return settled;
    const { record, workload } = judged;
    if (this.#fights.isLost(record.key, record.verdict.premises)) return undoneByOthers();
    try {
      const answer = await client.patch(placeOf(record), diff(object, workload), record.resourceVersion);
      // Nothing but the object that came back counts.
      const after = judgeObject(answer, known.resource, lister, gone);
      if (after === undefined) return { result: 'gone' };
      onChanged(record, after.record);
      if (after.record.verdict.isRight) this.#fights.won(record.key, record.verdict.premises);
      return this.#settled(after.record) ?? { answer };
    } catch (error) {
      if (hasStatus(error, 409)) return { answer: undefined };
      throw error;
    }
  }

  /** Undefined if there is something to be done about it. */
  #settled(record: WorkloadRecord): Outcome | undefined {
    if (record.verdict.isRight) {
      this.#options.workloads.learn(record);
      return { result: 'right', record };
    }
    if (record.fixed === undefined) return undefined;
    this.#options.workloads.learn(record);
    return { result: 'fixed', record };
  }
}

function undoneByOthers(): Outcome {
  const failure = { reason: Reason.unprojectable, message: message('workloadUndone', {}) };
  return { result: 'failed', failure, recheck: true };
}

/** The kind, or its version, is not served at this path any more: that says nothing about the object. */
const isOfKind = ({ status, message: text }: ApiError): boolean =>
  status === 404 && text.includes('could not find the requested resource');

function explain(error: unknown): Outcome {
  if (hasStatus(error, 404, 410) && !isOfKind(error)) return { result: 'gone' };
  if (error instanceof NotLeading || error instanceof TransportError)
    return { result: 'retry', problem: error.message };
  if (!(error instanceof ApiError)) throw error;
  const problem = describeRefusal(error);
  if (isPassing(error) || isOfKind(error)) return { result: 'retry', problem };
  return error.status === 403
    ? {
        result: 'failed',
        failure: {
          reason: Reason.workloadForbidden,
          message: message('workloadPatchForbidden', { problem }),
        },
        recheck: true,
      }
    : {
        result: 'failed',
        failure: { reason: Reason.workloadRefused, message: message('workloadRefused', { problem }) },
        recheck: true,
      };
}
