/**
 * @module What people read about requesters: who may not do what, and how it is put right.
 */
import { CONFIRM_ANNOTATION, type Requester } from '../api/requester.ts';

export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** A right, as an authorizer is asked for it. */
export interface Right {
  readonly group: string;
  /** The plural. */
  readonly resource: string;
  readonly verb: string;
  /** Unless told: in all namespaces, or of a kind that has none. */
  readonly namespace?: string;
  readonly name?: string;
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

export function describeRequester({ username }: Pick<Requester, 'username'>): string {
  const [, namespace, name] = ACCOUNT.exec(username) ?? [];
  return name === undefined ? `user ${username}` : `ServiceAccount ${namespace}/${name}`;
}

const resourceText = ({ group, resource }: Right): string =>
  group === '' ? resource : `${resource}.${group}`;

const placeText = ({ namespace }: Right): string =>
  namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`;

const roleText = ({ namespace }: Right): string =>
  namespace === undefined ? 'a ClusterRole' : 'a Role there';

/** The whole command, so that it can be copied. */
export function confirmCommand({ namespace, name }: ObjectName): string {
  return `kubectl annotate servicebindings.binding.operators.coreos.com ${name} -n ${namespace} ${CONFIRM_ANNOTATION}=true`;
}

/** The requester is known and lacks a right. */
export function lacksRight(requester: Requester, right: Right, binding: ObjectName): string {
  const which = right.name === undefined ? '' : ` ${right.name}`;
  return (
    `${describeRequester(requester)}, who requested this binding, may not ${right.verb} ${resourceText(right)}${which} ` +
    `${placeText(right)}: grant it with ${roleText(right)}, or let somebody who may confirm the binding as it is: ` +
    confirmCommand(binding)
  );
}

/** The requester is not known: nothing is followed out of the binding's namespace. */
export function unknownRequester(binding: ObjectName): string {
  return (
    'nobody is known to have requested this binding as it is: it has no requester that Cleat sealed. Somebody who may ' +
    `read its services and update its workload confirms it with: ${confirmCommand(binding)}`
  );
}

export function noKey({ namespace, name }: ObjectName, problem: string): string {
  return `ServiceBinding ${namespace}/${name} cannot be written now, because Cleat could not say who requested it: ${problem}`;
}

export const PUT_BACK =
  'Cleat: who requested a binding cannot be written by hand, so it was put back; to be the requester yourself, set the ' +
  `annotation ${CONFIRM_ANNOTATION}=true`;

export const CONFIRM_LEFT_OVER = `Cleat: the annotation ${CONFIRM_ANNOTATION} had been left over and was removed, to no effect: set it again to confirm the binding`;

export const CONFIRM_OTHER_VALUE = `Cleat: the annotation ${CONFIRM_ANNOTATION} was removed, to no effect: its one value is "true"`;

export function confirmed(requester: Requester): string {
  return `Cleat: ${describeRequester(requester)} is the requester of this binding now`;
}
