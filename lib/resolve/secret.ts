/**
 * @module Which Secret does this binding project?
 */
import { type Finding, Reason } from '../api/condition.ts';
import { SECRET } from '../api/kinds.ts';
import type { Binding, ServiceReference } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import type { Lister } from './lister.ts';

/** `name` is undefined while the Secret is unknown; then the present projection stays (design: "keeps"). */
export interface SecretResolution {
  readonly name: string | undefined;
  /** What it says of `ServiceAvailable`. */
  readonly finding: Finding;
}

const isSecret = ({ group, version, kind }: ServiceReference): boolean =>
  group === SECRET.group && version === SECRET.version && kind === SECRET.kind;

function available(name: string): SecretResolution {
  return { name, finding: { status: 'True', reason: Reason.resolvedBindingSecret, message: '' } };
}

/**
 * A direct reference names its Secret itself (DSR-1). A Provisioned Service names it in `.status.binding.name` (PS-1,
 * SB-37); where its kind is not synced, the name that the binding's own status has for this generation serves.
 */
export function resolveSecret(binding: Binding, lister: Pick<Lister, 'service'>): SecretResolution {
  const [service] = binding.services;
  if (service === undefined)
    throw new Error(`a binding without a service: ${binding.namespace}/${binding.name}`);
  if (isSecret(service)) return available(service.name);
  const state = lister.service(service);
  if (!state.known) {
    if (binding.publishedSecret !== undefined) return available(binding.publishedSecret);
    const [reason, text] =
      state.why === 'forbidden'
        ? ([Reason.serviceForbidden, 'serviceForbidden'] as const)
        : ([Reason.serviceNotFound, 'serviceUnknown'] as const);
    return { name: undefined, finding: { status: 'False', reason, message: message(text, service) } };
  }
  if (!state.present) {
    return {
      name: undefined,
      finding: {
        status: 'False',
        reason: Reason.serviceNotFound,
        message: message('serviceNotFound', service),
      },
    };
  }
  if (state.secretName === undefined) {
    return {
      name: undefined,
      finding: {
        status: 'Unknown',
        reason: Reason.serviceMissingBinding,
        message: message('serviceMissingBinding', service),
      },
    };
  }
  return available(state.secretName);
}
