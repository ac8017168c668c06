/**
 * @module Keeps the webhook configurations in step: the rules with what bindings target, the authority with what Cleat
 * issued. Only the leader does. Whoever changes them by hand, or installs anew, sees them put right within a moment.
 */
import { resourceVersionOf } from '../../lib/parse/meta.ts';
import type { JsonObject } from '../../lib/api/json.ts';
import {
  type DesiredWebhooks,
  interceptedResources,
  webhooksPatch,
} from '../../lib/reconcile/webhook-configuration.ts';
import { type InterceptableKind, webhookRules } from '../../lib/reconcile/webhook-rules.ts';
import { isImmutableKind } from '../../lib/resolve/guard.ts';
import type { ApiResource } from '../kube/discovery.ts';
import { describeError, hasStatus } from '../kube/errors.ts';
import type { Log } from '../kube/log.ts';
import { Reflector } from '../kube/reflector.ts';
import type { Timing } from '../kube/timing.ts';
import type { Transport } from '../kube/transport.ts';
import type { ResourceName } from './orphan-sweep.ts';
import { NotLeading, type ObjectClient } from './object-client.ts';
import { WorkQueue } from './work-queue.ts';

const ADMISSION = { group: 'admissionregistration.k8s.io', version: 'v1', namespaced: false, verbs: [] };
const MUTATING: ApiResource = {
  ...ADMISSION,
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
};
const VALIDATING: ApiResource = {
  ...ADMISSION,
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
};

/** Rights are granted and taken away without an event. Whoever lacks one is likely to be about to get it. */
const LOOK_AGAIN_MS = 5 * 60_000;
const LOOK_FOR_RIGHTS_MS = 30_000;

/** Until this replica answers: it may be waiting for its certificate. */
const NOT_SERVING_MS = 2_000;

/** Several bindings often come at once. */
const SETTLE_MS = 100;

export interface WebhookKeeperOptions {
  readonly transport: Pick<Transport, 'read' | 'stream' | 'request'>;
  readonly client: ObjectClient;
  /** Of both configurations. */
  readonly name: string;
  /** Where the kinds that bindings target are served. */
  readonly resources: () => readonly ApiResource[];
  /** Whether that is so of all of them: until then, rules are only added. */
  readonly areAllLocated: () => boolean;
  readonly mayPatch: (resource: ApiResource) => Promise<boolean>;
  /** What clients have to trust, as PEM, where Cleat issues its own certificates; undefined where others see to that. */
  readonly authorities: (() => string | undefined) | undefined;
  /** Whether this replica answers requests: before that, nobody is told to ask. */
  readonly isServing: () => boolean;
  readonly onRules: (kinds: number) => void;
  readonly log: Log;
  readonly timing: Timing;
}

export class WebhookKeeper {
  readonly #options: WebhookKeeperOptions;
  readonly #queue: WorkQueue;
  readonly #live = new Map<string, JsonObject>();
  /** What the rules told of when this replica began to lead: the cluster's own memory of what was bound. */
  #found: readonly ResourceName[] | undefined;
  #reflectors: readonly Reflector[] = [];

  constructor(options: WebhookKeeperOptions) {
    this.#options = options;
    const { log, timing } = options;
    this.#queue = new WorkQueue({
      workers: 1,
      timing,
      work: async (plural) => await this.#keep(plural),
      onFault: (configuration, error) => {
        if (hasStatus(error, 409) || error instanceof NotLeading) return; // the next event, or the next leader, mends it
        const about = { configuration, name: options.name, problem: describeError(error) };
        log.warn(about, 'the webhook configuration could not be kept');
      },
    });
  }

  start(): void {
    this.#queue.start();
    // Its own authority is the only thing that Cleat has to say about the validating webhook.
    const kinds = this.#options.authorities === undefined ? [MUTATING] : [MUTATING, VALIDATING];
    this.#reflectors = kinds.map((kind) => this.#reflector(kind));
    for (const reflector of this.#reflectors) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#reflectors.map((reflector) => reflector.stop()), this.#queue.stop()]);
    this.#reflectors = [];
    this.#live.clear();
    this.#found = undefined;
    this.#options.onRules(0);
  }

  /** The resources that the rules tell of, or told of when this replica began to lead. */
  remembered(): readonly ResourceName[] {
    return [...(this.#found ?? []), ...this.#intercepted()];
  }

  #intercepted(): readonly ResourceName[] {
    return interceptedResources(this.#live.get(MUTATING.plural) ?? {});
  }

  /** Something that the configurations follow has changed. */
  poke(): void {
    for (const plural of this.#live.keys()) this.#queue.addAfter(plural, SETTLE_MS);
  }

  #reflector(resource: ApiResource): Reflector {
    const { transport, log, timing, name } = this.#options;
    return new Reflector({
      transport,
      log,
      timing,
      kind: resource,
      locate: async () => resource,
      // With it, the right to list and watch can be granted for this one name.
      query: { fieldSelector: `metadata.name=${name}` },
      sink: {
        upsert: (object) => {
          this.#live.set(resource.plural, object);
          if (resource === MUTATING) this.#found ??= this.#intercepted();
          this.#queue.add(resource.plural);
        },
        remove: () => void this.#live.delete(resource.plural),
        synced: () => {
          if (!this.#live.has(resource.plural))
            log.warn(
              { kind: resource.kind, name },
              'there is no such webhook configuration: nothing is admitted',
            );
        },
      },
    });
  }

  async #keep(plural: string): Promise<void> {
    const live = this.#live.get(plural);
    if (live === undefined) return;
    const { isServing, authorities } = this.#options;
    const isMutating = plural === MUTATING.plural;
    const kinds = isMutating && isServing() ? await this.#kinds() : undefined;
    const bundle = authorities?.();
    await this.#write(isMutating ? MUTATING : VALIDATING, live, {
      rules: kinds && webhookRules(kinds),
      caBundle: bundle === undefined ? undefined : Buffer.from(bundle).toString('base64'),
    });
    this.#queue.forgive(plural);
    this.#queue.addAfter(plural, isServing() ? patienceFor(kinds ?? []) : NOT_SERVING_MS);
  }

  async #write(resource: ApiResource, live: JsonObject, desired: DesiredWebhooks): Promise<void> {
    const { client, name, log } = this.#options;
    const operations = webhooksPatch(live, desired);
    if (operations.length === 0) return;
    const version = resourceVersionOf(live);
    const written = await client.patch({ resource, namespace: '', name }, operations, version);
    this.#live.set(resource.plural, written);
    const paths = operations.map(({ path }) => path);
    log.info({ configuration: resource.plural, name, paths }, 'webhook configuration written');
  }

  async #kinds(): Promise<readonly InterceptableKind[]> {
    const { resources, areAllLocated, mayPatch, onRules } = this.#options;
    // A kind that has yet to be found must not lose its rule for that moment.
    const present = areAllLocated() ? [] : this.#intercepted();
    const kinds = await Promise.all(
      resources().map(async (resource) => ({ ...resource, mayPatch: await mayPatch(resource) })),
    );
    onRules(kinds.length);
    return [...kinds, ...present.map((name) => ({ ...name, kind: '', namespaced: true, mayPatch: true }))];
  }
}

function patienceFor(kinds: readonly InterceptableKind[]): number {
  const lacksRight = kinds.some((kind) => !kind.mayPatch && !isImmutableKind(kind));
  return lacksRight ? LOOK_FOR_RIGHTS_MS : LOOK_AGAIN_MS;
}
