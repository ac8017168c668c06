/**
 * @module Which Secret does this binding project?
 */
import { type Finding, Reason } from '../api/condition.ts';
import { SECRET } from '../api/kinds.ts';
import type { Binding, PublishedSecret, ServiceReference } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import type { FailedStage } from './derived.ts';
import type { Lister, ServiceState } from './lister.ts';

/** `secret` is undefined while it is unknown; then the present projection stays (design: "keeps"). */
export interface SecretResolution {
  readonly secret: PublishedSecret | undefined;
  /** What it says of `ServiceAvailable`. */
  readonly finding: Finding;
  /** Where making it failed. */
  readonly failed?: FailedStage;
  /** Whether what is lacking is a right: nobody tells when it is granted. */
  readonly isSilentlyMended?: boolean;
}

const isSecret = ({ group, version, kind }: ServiceReference): boolean =>
  group === SECRET.group && version === SECRET.version && kind === SECRET.kind;

function available(secret: PublishedSecret): SecretResolution {
  return { secret, finding: { status: 'True', reason: Reason.resolvedBindingSecret, message: '' } };
}

function unavailable(status: Finding['status'], reason: string, text: string): SecretResolution {
  return { secret: undefined, finding: { status, reason, message: text } };
}

/**
 * Whether the binding's Secret is one that is made for it: then only whoever makes it can say what it is called. On
 * demand: where the service names none and carries annotations that tell how to make one.
 */
export function isDerived({ derivation, services }: Binding, lister: Pick<Lister, 'service'>): boolean {
  if (derivation.when === 'always') return true;
  const [service] = services;
  if (service === undefined || isSecret(service)) return false;
  return tellsHow(lister.service(service));
}

/** A service that names no Secret and carries annotations that tell how to make one. */
const tellsHow = (state: ServiceState): boolean =>
  state.known && state.present && state.secretName === undefined && state.annotated;

/** What was made of it, as far as it is known here: else the Secret that its status names for this generation. */
function resolveDerived(binding: Binding, lister: Pick<Lister, 'derived'>): SecretResolution {
  const derived = lister.derived(binding);
  if (derived !== undefined) return derived;
  if (binding.publishedSecret !== undefined) return available(binding.publishedSecret);
  return unavailable('Unknown', Reason.secretPending, message('secretPending', {}));
}

/**
 * A direct reference names its Secret itself (DSR-1). A Provisioned Service names it in `.status.binding.name` (PS-1,
 * SB-37); where its kind is not synced, the name that the binding's own status has for this generation serves.
 */
export function resolveSecret(
  binding: Binding,
  lister: Pick<Lister, 'service' | 'derived'>,
): SecretResolution {
  if (binding.derivation.when === 'always') return resolveDerived(binding, lister);
  const [service] = binding.services;
  if (service === undefined)
    throw new Error(`a binding without a service: ${binding.namespace}/${binding.name}`);
  if (isSecret(service)) return available({ name: service.name });
  const state = lister.service(service);
  if (tellsHow(state)) return resolveDerived(binding, lister);
  if (!state.known) {
    if (binding.publishedSecret !== undefined) return available(binding.publishedSecret);
    return state.why === 'forbidden'
      ? {
          ...unavailable('False', Reason.serviceForbidden, message('serviceForbidden', service)),
          isSilentlyMended: true,
        }
      : unavailable('False', Reason.serviceNotFound, message('serviceUnknown', service));
  }
  if (!state.present)
    return unavailable('False', Reason.serviceNotFound, message('serviceNotFound', service));
  if (state.secretName === undefined)
    return unavailable('Unknown', Reason.serviceMissingBinding, message('serviceMissingBinding', service));
  return available({ name: state.secretName });
}
