/**
 * @module The making of Secrets, put together: reading, writing, watching what they were made from, collecting what
 * nobody needs any more, and telling which kinds can be bound.
 */
import { dig, textOf } from '../../../lib/api/json.ts';
import {
  CLUSTER_SERVICE_VERSION,
  CUSTOM_RESOURCE_DEFINITION,
  type GroupKind,
  groupKindKey,
  OPERATOR_SERVICE_BINDING,
} from '../../../lib/api/kinds.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import { definedKind } from '../../../lib/generate/definition.ts';
import type { Lister } from '../../../lib/resolve/lister.ts';
import type { AccessChecker } from '../../kube/access.ts';
import type { RestMapper } from '../../kube/discovery.ts';
import type { Log } from '../../kube/log.ts';
import type { Timing } from '../../kube/timing.ts';
import type { Transport } from '../../kube/transport.ts';
import type { Sealing } from '../../requester/sealing.ts';
import type { RequesterAccess } from '../../requester/requester-access.ts';
import type { CacheState } from '../../source/source.ts';
import { BindableKinds } from '../bindable-kinds.ts';
import type { BindingKey, BindingRecord, Bindings } from '../bindings.ts';
import type { DefinitionChange, Definitions } from '../definitions.ts';
import type { ObjectClient } from '../object-client.ts';
import { askerOf } from './asker.ts';
import { Dependencies, type DependencyKey, onObject } from './dependencies.ts';
import { DependencySource } from './dependency-source.ts';
import { type Derived, Deriver } from './deriver.ts';
import { SecretCollector } from './secret-collector.ts';
import { secretInUse } from './secret-in-use.ts';
import { ServiceVersions } from './service-versions.ts';
import { SecretWriter } from './secret-writer.ts';

export interface DerivationSettings {
  readonly requesters: Pick<RequesterAccess, 'allowed'>;
  /** The key that requesters are sealed with; undefined where there are none. */
  readonly requesterKey: Sealing | undefined;
  /** Whether ClusterServiceVersions are read. */
  readonly descriptors: boolean;
}

export interface DerivationOptions extends DerivationSettings {
  readonly bindings: Pick<Bindings, 'all' | 'ofServiceKind'>;
  readonly definitions: Pick<Definitions, 'all'>;
  readonly transport: Transport;
  readonly mapper: RestMapper;
  readonly client: ObjectClient;
  readonly access: Pick<AccessChecker, 'allowed'>;
  readonly lister: Pick<Lister, 'bindingByUid' | 'service' | 'derived'>;
  readonly enqueue: (binding: BindingKey) => void;
  readonly onWarnings: (record: BindingRecord, warnings: readonly string[]) => void;
  readonly log: Log;
  readonly timing: Timing;
}

function definitionOf({ definition, isGone }: DefinitionChange): {
  readonly key: DependencyKey;
  readonly kind: GroupKind;
  /** That of what is gone is no news to whoever has read it; that it is gone is. */
  readonly version: string | undefined;
} {
  const metadata = dig(definition, 'metadata');
  return {
    key: onObject(CUSTOM_RESOURCE_DEFINITION, { namespace: '', name: textOf(dig(metadata, 'name')) }),
    kind: definedKind(definition),
    version: isGone ? undefined : textOf(dig(metadata, 'resourceVersion')),
  };
}

export class Derivation {
  readonly #options: DerivationOptions;
  readonly #dependencies: Dependencies;
  readonly #sources: DependencySource;
  readonly #serviceVersions: ServiceVersions;
  readonly #deriver: Deriver;
  readonly #secrets: SecretCollector;
  readonly #bindable: BindableKinds;
  #unsubscribe: (() => void) | undefined;

  constructor(options: DerivationOptions) {
    const { bindings, transport, mapper, client, enqueue, log, timing } = options;
    this.#options = options;
    this.#dependencies = new Dependencies(() => this.#sources.setKinds(this.#dependencies.kinds()));
    const dependencies = this.#dependencies;
    this.#sources = new DependencySource({
      transport,
      mapper,
      dependencies,
      enqueue,
      onChange: (kind, namespace) => this.#onSource(kind, namespace),
      log,
      timing,
    });
    this.#serviceVersions = new ServiceVersions(() => this.#sources.watchOf(CLUSTER_SERVICE_VERSION));
    this.#deriver = new Deriver({
      transport,
      mapper,
      access: options.requesters,
      serviceVersions: options.descriptors ? this.#serviceVersions : undefined,
      writer: new SecretWriter(client, options.access),
      dependencies,
      onWarnings: options.onWarnings,
      askerOf: async (record) => await askerOf(record, client, options.requesterKey),
    });
    this.#secrets = new SecretCollector({
      transport,
      mapper,
      client,
      bindings: () => bindings.all(),
      inUse: (record) => secretInUse(record, options.lister, this.#deriver),
      log,
      timing,
    });
    this.#bindable = new BindableKinds({ client, definitions: () => options.definitions.all(), log, timing });
  }

  start(): void {
    this.#sources.start();
    this.#secrets.start();
    this.#bindable.start();
    this.#unsubscribe = this.#options.requesterKey?.subscribe(() => this.#onRequesterKey());
  }

  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await Promise.all([this.#sources, this.#secrets, this.#bindable].map(async (part) => await part.stop()));
  }

  /** Forgets what came of it. */
  clear(): void {
    this.#deriver.clear();
    this.#serviceVersions.clear();
  }

  /** See {@link Deriver}. */
  async derive(record: BindingRecord, binding: Binding): Promise<Derived> {
    return await this.#deriver.derive(record, binding);
  }

  find(binding: Pick<Binding, 'uid' | 'generation'>): Derived | undefined {
    return this.#deriver.find(binding);
  }

  forget(key: BindingKey): void {
    this.#deriver.forget(key);
  }

  /** What Secrets are made from, as far as it is watched. */
  states(): readonly CacheState[] {
    return this.#sources.states();
  }

  /** What a definition says holds for all services of its kind (SEC-10). */
  onDefinitions(change: DefinitionChange | undefined): void {
    this.#bindable.poke();
    if (change === undefined) return;
    const { key, kind, version } = definitionOf(change);
    const readers = new Set(this.#dependencies.concerned(key));
    const news = this.#dependencies.concerned(key, version);
    const others = this.#options.bindings.ofServiceKind(kind).filter((other) => !readers.has(other));
    for (const binding of [...news, ...others]) this.#options.enqueue(binding);
  }

  #onSource(kind: GroupKind, namespace: string): void {
    if (groupKindKey(kind) === groupKindKey(CLUSTER_SERVICE_VERSION))
      this.#serviceVersions.changed(namespace);
  }

  /** What was sealed with another key is unknown now, and what was unknown may be known. */
  #onRequesterKey(): void {
    for (const { key, type } of this.#options.bindings.all())
      if (type.group === OPERATOR_SERVICE_BINDING.group) this.#options.enqueue(key);
  }
}
