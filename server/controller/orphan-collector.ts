/**
 * @module Takes away projections whose binding is gone. The caches only raise the suspicion; the API server is asked for
 * all bindings of the namespace before anything is touched, and slowly, so that a mistake of any kind stays a small one.
 */
import { dig, textOf } from '../../lib/api/json.ts';
import { SERVICE_BINDING } from '../../lib/api/kinds.ts';
import { BINDING_KINDS } from '../../lib/binding/read.ts';
import { suspectedOrphans } from '../../lib/reconcile/orphans.ts';
import { pathOf, type RestMapper } from '../kube/discovery.ts';
import type { Log } from '../kube/log.ts';
import { pagesOf } from '../kube/list.ts';
import { LIMITS } from '../kube/reflector-options.ts';
import type { Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import type { Applier } from './applier.ts';
import type { Namespaces } from './namespaces.ts';
import { describeWorkload, type WorkloadKey, type WorkloadRecord } from './workload-record.ts';
import { LATER, SOON, WorkQueue } from './work-queue.ts';
import type { Workloads } from './workloads.ts';

/** Between two questions. */
const PAUSE_MS = 200;

/** A binding that was created a moment ago is given the time to arrive here. */
const PATIENCE_MS = 2_000;

export interface OrphanCollectorOptions {
  readonly mapper: Pick<RestMapper, 'resolve'>;
  readonly transport: Pick<Transport, 'read'>;
  readonly workloads: Workloads;
  readonly namespaces: Namespaces;
  /** Whether the caches have a binding of this uid in the namespace, usable or not. */
  readonly isKnown: (uid: string, namespace: string) => boolean;
  readonly applier: Applier;
  readonly onRemoved: (record: WorkloadRecord, uids: readonly string[]) => void;
  readonly log: Log;
  readonly timing: Timing;
}

export class OrphanCollector {
  readonly #options: OrphanCollectorOptions;
  readonly #queue: WorkQueue;
  #stop = new AbortController();

  constructor(options: OrphanCollectorOptions) {
    this.#options = options;
    const { log, timing } = options;
    this.#queue = new WorkQueue({
      workers: 1,
      timing,
      work: async (key) => await this.#collect(key),
      onFault: (workload, err) => log.warn({ workload, err }, 'looking for orphaned projections failed'),
    });
  }

  start(): void {
    this.#stop = new AbortController();
    this.#queue.start();
    for (const { key } of this.#options.workloads.all()) this.suspect(key);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#queue.stop();
  }

  /** The workload may carry projections of bindings that are gone. */
  suspect(key: WorkloadKey): void {
    if (this.#suspected(key).length > 0) this.#queue.addAfter(key, PATIENCE_MS);
  }

  #suspected(key: WorkloadKey): readonly string[] {
    const { workloads, namespaces, isKnown } = this.#options;
    const record = workloads.get(key);
    if (record === undefined || namespaces.standing(record.namespace) !== 'included') return [];
    const { projected, controlled, fixed } = record;
    const suspect = { projected, controlled, fixed: fixed !== undefined };
    return suspectedOrphans(suspect, (uid) => isKnown(uid, record.namespace));
  }

  async #collect(key: WorkloadKey): Promise<void> {
    const { workloads, isKnown, timing } = this.#options;
    const record = workloads.get(key);
    // Those of now: a binding that comes while it is asked for, with its projection, has its time before it.
    const suspects = this.#suspected(key);
    if (record === undefined || suspects.length === 0) {
      this.#queue.forgive(key);
      return;
    }
    const alive = await this.#uidsIn(record.namespace);
    const gone = suspects.filter((uid) => !alive.has(uid) && !isKnown(uid, record.namespace));
    if (gone.length > 0) await this.#take(record, gone);
    await timing.sleep(PAUSE_MS, this.#stop.signal);
  }

  async #take(record: WorkloadRecord, gone: readonly string[]): Promise<void> {
    const { workloads, applier, onRemoved, log } = this.#options;
    const { key } = record;
    const settled = await applier.settle(key, gone[0] ?? '', gone);
    const left = workloads.get(key)?.projected;
    const removed = gone.filter((uid) => left?.has(uid) !== true);
    if (settled.result !== 'gone' && removed.length > 0) onRemoved(record, removed);
    if (settled.result === 'gone' || removed.length === gone.length) {
      this.#queue.forgive(key);
      return;
    }
    const problem = 'problem' in settled ? settled.problem : settled.failure?.message;
    log.warn({ workload: describeWorkload(record), problem }, 'an orphaned projection stays for now');
    this.#queue.addAgain(key, settled.result === 'retry' ? SOON : LATER);
  }

  /** As the API server has them at this moment: a list without a resourceVersion is read from etcd. */
  async #uidsIn(namespace: string): Promise<ReadonlySet<string>> {
    const uids = new Set<string>();
    const options = { signal: this.#stop.signal, timeoutMs: LIMITS.pageTimeoutMs };
    for (const kind of BINDING_KINDS) {
      // The API server forbids, rather than misses, what it neither serves nor grants: discovery tells them apart.
      const isOwn = kind.group === SERVICE_BINDING.group;
      const resource = isOwn ? kind : await this.#options.mapper.resolve(kind, { version: kind.version });
      if (resource === undefined) continue;
      for await (const { items } of pagesOf(this.#options.transport, pathOf(resource, namespace), options)) {
        for (const item of items) uids.add(textOf(dig(item, 'metadata', 'uid')));
      }
    }
    return uids;
  }
}
