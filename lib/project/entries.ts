/**
 * @module The entries of a Pod template that a projection consists of, and how they are told from the user's.
 * Field by field servicebinding/runtime's, so that a switch restarts nothing.
 */
import {
  annotationFieldPath,
  providerAnnotation,
  typeAnnotation,
  VOLUME_PREFIX,
  volumeName,
} from '../api/annotations.ts';
import { dig, isList, isObject, type Json, type JsonObject, own } from '../api/json.ts';
import type { EnvMapping } from '../api/service-binding.ts';
import type { Binding, PublishedSecret } from '../binding/binding.ts';
import { operatorVolumeName } from './operator-names.ts';

export const ROOT_VARIABLE = 'SERVICE_BINDING_ROOT';
/** SB-42. */
export const DEFAULT_ROOT = '/bindings';
/** 0644, which is also what the API server fills in. */
export const DEFAULT_MODE = 420;

export function nameOf(entry: Json): string | undefined {
  const name = isObject(entry) ? own(entry, 'name') : undefined;
  return typeof name === 'string' ? name : undefined;
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The Secret that an env entry reads. */
export function secretOf(entry: Json): string | undefined {
  return text(dig(entry, 'valueFrom', 'secretKeyRef', 'name'));
}

/** The key of a Secret that an env entry reads. */
export function secretKeyOf(entry: Json): string | undefined {
  return text(dig(entry, 'valueFrom', 'secretKeyRef', 'key'));
}

/** What of the downward API an env entry reads. */
export function fieldPathOf(entry: Json): string | undefined {
  return text(dig(entry, 'valueFrom', 'fieldRef', 'fieldPath'));
}

export function mountPathOf(entry: Json): string | undefined {
  return text(dig(entry, 'mountPath'));
}

/** The overrides of a binding with the annotation that carries each. */
function overridesOf({ uid, overrides }: Binding): readonly (readonly [key: string, annotation: string])[] {
  return [
    ...(overrides.type === undefined ? [] : [['type', typeAnnotation(uid)] as const]),
    ...(overrides.provider === undefined ? [] : [['provider', providerAnnotation(uid)] as const]),
  ];
}

function volumeOf(binding: Binding, secret: string): JsonObject {
  const items = overridesOf(binding).map(([path, annotation]) => ({
    downwardAPI: { items: [{ path, fieldRef: { fieldPath: annotationFieldPath(annotation) } }] },
  }));
  return {
    name: volumeName(binding.uid),
    projected: { defaultMode: DEFAULT_MODE, sources: [{ secret: { name: secret } }, ...items] },
  };
}

/** The Secret of a volume that a projection made. */
export function volumeSecretOf(volume: Json): string | undefined {
  const plain = text(dig(volume, 'secret', 'secretName'));
  if (plain !== undefined) return plain;
  const sources = dig(volume, 'projected', 'sources');
  return isList(sources) ? text(dig(sources[0], 'secret', 'name')) : undefined;
}

/** The Secret that an `envFrom` entry reads. */
export function envFromSecretOf(entry: Json): string | undefined {
  return text(dig(entry, 'secretRef', 'name'));
}

export interface Variable {
  readonly name: string;
  readonly entry: JsonObject;
}

/** The entries of a binding that are the same in every container. */
export interface BindingEntries {
  /** Mounted below SERVICE_BINDING_ROOT, in the binding's directory. */
  readonly volume:
    | { readonly name: string; readonly entry: JsonObject; readonly readOnly: boolean }
    | undefined;
  readonly variables: readonly Variable[];
  readonly envFrom: JsonObject | undefined;
}

const none: BindingEntries = { volume: undefined, variables: [], envFrom: undefined };

/** By the binding's style. What several itemised bindings share is composed of all of them later. */
export function entriesOf(binding: Binding, { name: secret, keys = [] }: PublishedSecret): BindingEntries {
  switch (binding.style) {
    case 'projected':
      return {
        ...none,
        volume: { name: volumeName(binding.uid), entry: volumeOf(binding, secret), readOnly: true },
        variables: binding.env.map((mapping) => ({
          name: mapping.name,
          entry: envEntryOf(binding, mapping, secret),
        })),
      };
    case 'secret-volume': {
      // Exactly these members: the API server adds the rest, and users' own manifests have them so.
      const name = operatorVolumeName(binding.directory);
      return { ...none, volume: { name, entry: { name, secret: { secretName: secret } }, readOnly: false } };
    }
    case 'env-from':
      return { ...none, envFrom: { secretRef: { name: secret } } };
    case 'itemised':
      return {
        ...none,
        variables: keys.flatMap(({ name, bindAs }) =>
          bindAs === 'envVar' ? [{ name, entry: itemEntryOf(name, secret) }] : [],
        ),
      };
  }
}

/** The variable of an item of a Secret: both have one name. */
export function itemEntryOf(name: string, secret: string): JsonObject {
  return { name, valueFrom: { secretKeyRef: { name: secret, key: name } } };
}

/** An overridden key is read from the annotation that overrides it, any other from the Secret (SB-22, SB-44, SB-45). */
function envEntryOf(binding: Binding, { name, key }: EnvMapping, secret: string): JsonObject {
  const override = overridesOf(binding).find(([overridden]) => overridden === key);
  return {
    name,
    valueFrom:
      override === undefined
        ? { secretKeyRef: { name: secret, key } }
        : { fieldRef: { fieldPath: annotationFieldPath(override[1]) } },
  };
}

/** True for a volume or a mount whose name only projections have. */
export function isProjectedVolume(entry: Json): boolean {
  return nameOf(entry)?.startsWith(VOLUME_PREFIX) === true;
}

/** What the API server fills in where a `fieldRef`, or a Secret's volume, does not say it. Kinds that it does not know come back without. */
const FIELD_VERSION = 'v1';

function isFilledIn(there: JsonObject, wanted: JsonObject, key: string): boolean {
  if (Object.hasOwn(wanted, key)) return false;
  if (key === 'apiVersion') return there[key] === FIELD_VERSION && Object.hasOwn(there, 'fieldPath');
  return key === 'defaultMode' && there[key] === DEFAULT_MODE && Object.hasOwn(there, 'secretName');
}

/** Whether an entry that is there is the wanted one, as it was written or as the API server has completed it. */
export function isSameEntry(there: Json | undefined, wanted: Json | undefined): boolean {
  if (there === wanted) return true;
  if (isList(there))
    return (
      isList(wanted) &&
      there.length === wanted.length &&
      there.every((item, at) => isSameEntry(item, wanted[at]))
    );
  if (!isObject(there) || !isObject(wanted)) return false;
  const keys = Object.keys(there).filter((key) => !isFilledIn(there, wanted, key));
  return (
    keys.length === Object.keys(wanted).length &&
    keys.every((key) => Object.hasOwn(wanted, key) && isSameEntry(there[key], wanted[key]))
  );
}
