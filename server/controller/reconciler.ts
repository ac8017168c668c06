/**
 * @module The way of a binding: gather, plan, carry out, conclude, write the status.
 */
import { ConditionType, type Finding } from '../../lib/api/condition.ts';
import type { Binding, PublishedSecret } from '../../lib/binding/binding.ts';
import { reportingOf } from '../../lib/binding/read.ts';
import { parseConditions } from '../../lib/parse/condition.ts';
import { dig } from '../../lib/api/json.ts';
import type { GroupKind } from '../../lib/api/kinds.ts';
import {
  type Conclusion,
  conclude,
  nextStatus,
  type ObservedBinding,
  type Plan,
  planBinding,
  type Settled,
} from '../../lib/reconcile/plan.ts';
import { readyOf, type Findings } from '../../lib/reconcile/conditions.ts';
import { contentFinding, derivedFinding } from '../../lib/reconcile/secret-content.ts';
import type { Lister } from '../../lib/resolve/lister.ts';
import { isDerived, resolveSecret, type SecretResolution } from '../../lib/resolve/secret.ts';
import { message } from '../../lib/message/texts.ts';
import { ApiError, describeError, hasStatus, isPassing, TransportError } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import type { Applier } from './applier.ts';
import { type BindingKey, type BindingRecord, type Bindings, keyOfBinding } from './bindings.ts';
import type { Deriver } from './deriving/deriver.ts';
import type { Namespaces } from './namespaces.ts';
import type { BindingWriter } from './binding-writer.ts';
import { inParallel } from './in-parallel.ts';
import { NotLeading } from './object-client.ts';
import type { Observer } from './observer.ts';
import type { SecretReader } from './secret-reader.ts';

/** Workloads of one binding that are settled at a time: enough to keep the connections busy, and no more. */
const AT_A_TIME = 4;

export interface ReconcilerOptions {
  readonly bindings: Bindings;
  readonly lister: Lister;
  readonly observer: Observer;
  readonly applier: Applier;
  readonly writer: BindingWriter;
  readonly secrets: Pick<SecretReader, 'read'>;
  readonly deriver: Pick<Deriver, 'derive' | 'find' | 'forget'>;
  readonly namespaces: Pick<Namespaces, 'standing'>;
  /** The verbs that Cleat lacks on a workload kind, for binding it. */
  readonly lackingOn: (kind: GroupKind) => Promise<readonly string[]>;
  /** The Ready condition of a binding became another. */
  readonly onReady: (record: BindingRecord, before: Finding | undefined, now: Finding) => void;
  readonly log: Log;
  /** RFC 3339, UTC, seconds. */
  readonly timestamp: () => string;
}

/** When to look again: see {@link Conclusion}. */
export type Again = Conclusion['again'];

export class Reconciler {
  readonly #options: ReconcilerOptions;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Does what is to be done about one binding now. Throws only what is a fault of ours. */
  async reconcile(key: BindingKey): Promise<Again> {
    const { bindings, observer, log } = this.#options;
    const record = bindings.get(key);
    if (record === undefined) {
      // One that nothing was projected of is deleted at once, and nobody sees it leave.
      this.#options.deriver.forget(key);
      return undefined;
    }
    try {
      await this.#derive(record);
      const observed = observer.observe(record);
      return await this.#carryOut(record, observed, planBinding(observed));
    } catch (error) {
      const about = { binding: key, problem: describeError(error) };
      // An API server that has just started refuses what it will allow in a moment, while it still reads its roles.
      if (hasStatus(error, 403)) log.warn(about, REFUSED);
      else if (isNoNews(error)) log.debug(about, 'the binding has to be looked at again');
      else throw error;
      return 'soon';
    }
  }

  /** A binding that has a Secret of its own gets it before anything refers to it. */
  async #derive(record: BindingRecord): Promise<void> {
    const { lister, deriver, namespaces } = this.#options;
    const binding = lister.bindingByUid(record.uid);
    const isIt = binding !== undefined && keyOfBinding(binding) === record.key;
    const isDue = isIt && !binding.deleting && binding.generation === record.generation;
    if (!isDue || !isDerived(binding, lister)) {
      deriver.forget(record.key);
      return;
    }
    if (namespaces.standing(record.namespace) === 'included') await deriver.derive(record, binding);
  }

  async #carryOut(record: BindingRecord, observed: ObservedBinding, plan: Plan): Promise<Again> {
    const { writer } = this.#options;
    switch (plan.step) {
      case 'rest':
        return undefined;
      case 'wait':
        return 'soon';
      case 'release':
        await writer.release(record);
        return undefined;
      case 'settle': {
        const held = plan.hold ? await writer.hold(record) : record;
        const results = await this.#settle(held, observed, plan.workloads);
        return await this.#finish(held, observed, results);
      }
    }
  }

  async #settle(
    record: BindingRecord,
    observed: ObservedBinding,
    workloads: ObservedBinding['workloads'],
  ): Promise<ReadonlyMap<string, Settled>> {
    // Of a binding that cannot be read nothing is known but its uid, which is enough to take its projections away.
    const gone = observed.deleting && 'problem' in observed.subject ? [record.uid] : [];
    const results = new Map<string, Settled>();
    await inParallel(AT_A_TIME, workloads, async ({ key }) => {
      results.set(key, await this.#options.applier.settle(key, record.uid, gone));
    });
    return results;
  }

  async #finish(
    record: BindingRecord,
    observed: ObservedBinding,
    results: ReadonlyMap<string, Settled>,
  ): Promise<Again> {
    const { writer, lister } = this.#options;
    const binding = 'binding' in observed.subject ? observed.subject.binding : undefined;
    const resolution =
      binding === undefined || observed.deleting ? undefined : resolveSecret(binding, lister);
    const looked = observed.namespace === 'included' ? await this.#look(binding, resolution) : { resolution };
    const lacking =
      binding === undefined || observed.namespace !== 'included'
        ? []
        : await this.#options.lackingOn(binding.workload);
    const conclusion = conclude({ observed, results, content: undefined, lacking, ...looked });
    if (conclusion.release) await writer.release(record);
    else if (conclusion.findings !== undefined)
      await this.#writeStatus(record, conclusion.findings, conclusion.secret);
    return conclusion.again;
  }

  /** What the Secret's content adds to what is known of the service. */
  async #look(
    binding: Binding | undefined,
    resolution: SecretResolution | undefined,
  ): Promise<{ readonly resolution: SecretResolution | undefined; readonly content?: Finding | undefined }> {
    const name = resolution?.secret?.name;
    if (binding === undefined || resolution === undefined || name === undefined) return { resolution };
    const derived = isDerived(binding, this.#options.lister)
      ? this.#options.deriver.find(binding)
      : undefined;
    if (derived?.keys !== undefined)
      return { resolution, content: derivedFinding(binding, name, derived.keys) };
    const content = await this.#options.secrets.read(binding.namespace, name);
    if (!content.read) {
      const text = message('secretUnchecked', { namespace: binding.namespace, name });
      return { resolution: { ...resolution, finding: { ...resolution.finding, message: text } } };
    }
    return { resolution, content: contentFinding(binding, name, content) };
  }

  async #writeStatus(
    record: BindingRecord,
    findings: Findings,
    secret: PublishedSecret | undefined,
  ): Promise<void> {
    const previous = parseConditions(dig(record.status, 'conditions'));
    const { generation, status } = record;
    const now = this.#options.timestamp();
    const reporting = reportingOf(record.type);
    const next = nextStatus(findings, secret, { status, previous, generation, now, reporting });
    if (next === undefined) return;
    await this.#options.writer.writeStatus(record, next);
    const before = previous.find(({ type }) => type === ConditionType.ready);
    this.#options.onReady(record, before, readyOf(findings, reporting));
  }
}

const REFUSED =
  'the API server refuses what the installation grants; it is tried again. If that does not pass, re-apply the installation';

/** Somebody else was quicker, the object is gone, or the API server is away: nothing that a user should hear of (SB-47). */
function isNoNews(error: unknown): boolean {
  if (error instanceof NotLeading || error instanceof TransportError) return true;
  return error instanceof ApiError && (isPassing(error) || hasStatus(error, 404, 410));
}
