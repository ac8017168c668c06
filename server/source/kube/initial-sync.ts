/**
 * @module Whether what must be known before admissions can be answered has been known once.
 */
import type { GroupKind } from '../../../lib/api/kinds.ts';
import type { ReflectorState } from '../../kube/reflector.ts';

/** The service kinds named at this moment, and how each is doing. */
export interface NamedKinds {
  named(): readonly GroupKind[];
  state(kind: GroupKind): ReflectorState | undefined;
}

export class InitialSync {
  #named: readonly GroupKind[] | undefined;
  #done = false;

  /**
   * Services are asked for when all bindings are known, and kinds that are named later than then do not count: they hold up
   * nothing.
   */
  check(own: readonly ReflectorState[], optional: readonly ReflectorState[], services: NamedKinds): boolean {
    if (this.#done) return true;
    if (!own.every(({ synced }) => synced) || !optional.every(isSettled)) return false;
    this.#named ??= services.named();
    this.#done = this.#named.every((kind) => isSettled(services.state(kind)));
    return this.#done;
  }
}

/** A kind that no binding names any more, one that is synced, and one that cannot be: nothing to wait for. */
function isSettled(state: ReflectorState | undefined): boolean {
  return state === undefined || state.synced || ['forbidden', 'absent', 'retrying'].includes(state.phase);
}
