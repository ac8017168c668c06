/**
 * @module A store that the Kubernetes API fills.
 */
import type { ObjectIdentity, ObjectSink } from '../../../lib/api/sink.ts';
import type { FieldError } from '../../../lib/parse/field.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import type { SecretResolution } from '../../../lib/resolve/secret.ts';
import { Store } from '../../../lib/store/store.ts';
import { RestMapper } from '../../kube/discovery.ts';
import { openTransport, type Transport } from '../../kube/transport.ts';
import type { Log } from '../../log.ts';
import { VERSION } from '../../version.ts';
import { systemTiming } from '../../kube/timing.ts';
import { KindNames } from './kind-names.ts';
import { OPTIONAL_KINDS } from './optional-kinds.ts';
import { KubeSource } from './source.ts';
import { tee } from './tee.ts';

export interface KubeOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly log: Log;
  readonly onInvalid: (identity: ObjectIdentity, errors: readonly FieldError[]) => void;
}

export interface OpenedKube {
  readonly transport: Transport;
  readonly mapper: RestMapper;
  readonly store: Store;
  readonly source: KubeSource;
  /** Is told what the store is told, after it. Before {@link KubeSource.start}. */
  readonly follow: (sink: ObjectSink) => void;
  /** Whoever makes Secrets of bindings tells what came of it. Before {@link KubeSource.start}. */
  readonly derive: (derived: Derived) => void;
}

type Derived = (binding: Binding) => SecretResolution | undefined;

/**
 * Prepares a source that fills a store once it is started; `source.ready()` tells when it is complete. Errors: a
 * kubeconfig that cannot be used. An API server that cannot be reached is none: it is asked until it answers.
 */
export function openKube({ log, onInvalid, ...where }: KubeOptions): OpenedKube {
  const transport = openTransport({ ...where, version: VERSION });
  const mapper = new RestMapper({ transport });
  let derived: Derived = () => undefined;
  const store = new Store({
    closedWorld: false,
    derived: (binding) => derived(binding),
    kindOf: (group, plural) => names.kindOf(group, plural),
    onInvalid,
    onServiceKinds: (kinds) => source.setServiceKinds(kinds),
    whyUnknown: (kind) => source.whyUnknown(kind),
  });
  const names = new KindNames({
    mapper,
    onLearned: () => store.unresolved().forEach((object) => sink.upsert(object)),
    log,
    timing: systemTiming,
  });
  const sinks: ObjectSink[] = [store, names];
  const sink = tee(sinks);
  const source = new KubeSource({ transport, mapper, sink, log, optionalKinds: OPTIONAL_KINDS });
  return {
    transport,
    mapper,
    store,
    source,
    follow: (sink) => void sinks.push(sink),
    derive: (by) => void (derived = by),
  };
}
