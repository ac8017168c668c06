/**
 * @module A store that the Kubernetes API fills.
 */
import type { ObjectIdentity } from '../../../lib/api/sink.ts';
import type { FieldError } from '../../../lib/parse/field.ts';
import { Store } from '../../../lib/store/store.ts';
import { RestMapper } from '../../kube/discovery.ts';
import { openTransport } from '../../kube/transport.ts';
import type { Log } from '../../log.ts';
import { VERSION } from '../../version.ts';
import type { Source } from '../source.ts';
import { KubeSource } from './source.ts';

export interface KubeOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly log: Log;
  readonly onInvalid: (identity: ObjectIdentity, errors: readonly FieldError[]) => void;
}

export interface OpenedKube {
  readonly store: Store;
  readonly source: Source;
}

/**
 * Starts to fill a store; `source.ready()` tells when it is complete. Errors: a kubeconfig that cannot be used. An API
 * server that cannot be reached is none: it is asked until it answers.
 */
export function openKube({ log, onInvalid, ...where }: KubeOptions): OpenedKube {
  const transport = openTransport({ ...where, version: VERSION });
  const store = new Store({
    closedWorld: false,
    onInvalid,
    onServiceKinds: (kinds) => kube.setServiceKinds(kinds),
  });
  const kube = new KubeSource({ transport, mapper: new RestMapper({ transport }), sink: store, log });
  kube.start();
  const source: Source = {
    ready: () => kube.ready(),
    detail: () => kube.detail(),
    states: () => kube.states(),
    stop: async () => {
      await kube.stop();
      await transport.close();
    },
  };
  return { store, source };
}
