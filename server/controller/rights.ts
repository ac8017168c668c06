/**
 * @module What Cleat may do with the kinds that bindings target.
 */
import type { GroupKind } from '../../lib/api/kinds.ts';
import { isImmutableKind } from '../../lib/resolve/guard.ts';
import type { AccessChecker } from '../kube/access.ts';
import type { ApiResource } from '../kube/discovery.ts';
import type { WorkloadSource } from './workload-source.ts';

/** Reading it whole, and changing it. Without `list` it is not even known. */
const VERBS = ['get', 'patch'] as const;

export class Rights {
  readonly #access: Pick<AccessChecker, 'allowed'>;
  readonly #source: Pick<WorkloadSource, 'standing' | 'resource'>;

  constructor(access: Pick<AccessChecker, 'allowed'>, source: Pick<WorkloadSource, 'standing' | 'resource'>) {
    this.#access = access;
    this.#source = source;
  }

  async mayPatch({ group, plural }: ApiResource): Promise<boolean> {
    return await this.#access.allowed({ group, resource: plural, verb: 'patch' });
  }

  /** The verbs that Cleat lacks for binding the kind; none for one that does not exist, or is not known yet. */
  async lackingOn(kind: GroupKind): Promise<readonly string[]> {
    const standing = this.#source.standing(kind);
    const resource = this.#source.resource(kind);
    if (standing === 'forbidden') return ['list'];
    // Pods and Jobs are bound when they are created, which takes no right to change them.
    if (standing === 'absent' || resource === undefined || isImmutableKind(kind)) return [];
    const { group, plural } = resource;
    const answers = await Promise.all(
      VERBS.map(async (verb) => await this.#access.allowed({ group, resource: plural, verb })),
    );
    return VERBS.filter((_verb, index) => answers[index] !== true);
  }
}
