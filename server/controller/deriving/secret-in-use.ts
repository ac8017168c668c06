/**
 * @module The Secret that a binding uses now, of those for which Secrets are, or were, made.
 */
import type { Binding } from '../../../lib/binding/binding.ts';
import type { Lister } from '../../../lib/resolve/lister.ts';
import { isDerived, resolveSecret } from '../../../lib/resolve/secret.ts';
import type { BindingRecord } from '../bindings.ts';
import type { Deriver } from './deriver.ts';

/**
 * A service that tells how to make a Secret may come to name one of its own: what was made before is of no use then. Of
 * services that tell nothing no Secret was made, and nobody needs to look for any.
 */
function isMadeNoMore(binding: Binding, lister: Pick<Lister, 'service'>): boolean {
  const [service] = binding.services;
  const state = service === undefined ? undefined : lister.service(service);
  return state?.known === true && state.present && state.annotated && !isDerived(binding, lister);
}

/** Undefined while it is not known, and where nothing was ever made. */
export function secretInUse(
  record: Pick<BindingRecord, 'uid' | 'generation'>,
  lister: Pick<Lister, 'bindingByUid' | 'service' | 'derived'>,
  deriver: Pick<Deriver, 'find'>,
): string | undefined {
  const binding = lister.bindingByUid(record.uid);
  if (binding?.generation === record.generation && isMadeNoMore(binding, lister))
    return resolveSecret(binding, lister).secret?.name;
  return deriver.find(record)?.resolution.secret?.name;
}
