/**
 * @module Which namespaces Cleat leaves alone. The selectors of the webhooks say the same; the controller holds to it too.
 */
import { dig, type JsonObject } from '../api/json.ts';
import { isTerminating } from './guard.ts';

/** `kubectl label namespace NAME webhook.cleat.dev/ignore=true` opts a namespace out. */
export const IGNORE_LABEL = 'webhook.cleat.dev/ignore';

/** What the cluster needs in order to start must not wait for Cleat. */
const SYSTEM_NAMESPACE = 'kube-system';

/** Of a namespace that is `pending` nothing but its name is known yet: it may turn out to have opted out. */
export type NamespaceStanding = 'pending' | 'included' | 'excluded' | 'terminating';

/** `object` is undefined for a namespace that is not known (yet). */
export function namespaceStanding(
  name: string,
  object: JsonObject | undefined,
  ownNamespace: string,
): NamespaceStanding {
  if (name === SYSTEM_NAMESPACE || name === ownNamespace) return 'excluded';
  if (object === undefined) return 'pending';
  if (isTerminating(object)) return 'terminating';
  return dig(object, 'metadata', 'labels', IGNORE_LABEL) === 'true' ? 'excluded' : 'included';
}
