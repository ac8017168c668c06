/**
 * @module An Event of the core API, as `kubectl describe` shows it below the object.
 */
import type { JsonObject } from '../../lib/api/json.ts';

/** The object that an event is about. */
export interface Regarding {
  readonly apiVersion: string;
  readonly kind: string;
  /** Empty for objects of the cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

export interface EventContent {
  readonly regarding: Regarding;
  readonly type: 'Normal' | 'Warning';
  /** One word, in CamelCase, for machines. */
  readonly reason: string;
  readonly message: string;
}

export interface EventOrigin {
  readonly component: string;
  /** Which replica. */
  readonly instance: string;
}

export interface EventStamp {
  /** Tells the events of one object apart; hexadecimal. */
  readonly suffix: string;
  /** RFC 3339. */
  readonly time: string;
}

/** As events.k8s.io has it, so that whoever reads them there gets it whole. */
const MAX_MESSAGE = 1024;

/** Of a DNS subdomain, as the name of an object has to be. */
const MAX_NAME = 253;

/** Events of objects of the cluster live here: the API server takes them nowhere else. */
const CLUSTER_NAMESPACE = 'default';

export function eventObject(
  { regarding, type, reason, message }: EventContent,
  { component, instance }: EventOrigin,
  { suffix, time }: EventStamp,
): JsonObject {
  const { apiVersion, kind, namespace, name, uid, resourceVersion } = regarding;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(name, suffix), namespace: eventNamespace(regarding) },
    involvedObject: {
      apiVersion,
      kind,
      name,
      uid,
      ...(namespace === '' ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type,
    reason,
    message: cutMessage(message),
    source: { component },
    reportingComponent: component,
    reportingInstance: instance,
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

export function eventNamespace({ namespace }: Regarding): string {
  return namespace === '' ? CLUSTER_NAMESPACE : namespace;
}

/** At most 1024 characters, and no half of one at the end. */
export function cutMessage(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  return `${message.slice(0, MAX_MESSAGE - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** `<object>.<suffix>`. Names of objects may be longer than what is left, and those of some kinds are no DNS names. */
function eventName(object: string, suffix: string): string {
  const labels = object
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, MAX_NAME - suffix.length - 1)
    .split('.')
    .map((label) => label.replace(/^-+/, '').replace(/-+$/, ''));
  return [...labels, suffix].filter((label) => label !== '').join('.');
}
