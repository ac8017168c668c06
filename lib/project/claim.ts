/**
 * @module Which variables of a workload are one binding's own.
 */
import {
  annotationFieldPath,
  envRecordAnnotation,
  providerAnnotation,
  typeAnnotation,
  volumeName,
} from '../api/annotations.ts';
import type { Json } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import type { Claim } from './container-edit.ts';
import { fieldPathOf, nameOf, secretOf } from './entries.ts';
import { displacedNames, parseEnvRecord } from './env-record.ts';
import type { OwnAnnotations } from './own-annotations.ts';
import type { TemplateEdit } from './template-edit.ts';

/**
 * An entry is the binding's own if it has the form of one (it reads the Secret that is projected, or one of the
 * binding's annotations) and is recorded. Without a record, as servicebinding/runtime leaves its projections: every
 * entry that reads the binding's annotations, and of those that read the Secret the ones that `spec.env` names, since
 * the user may have written entries that read the same Secret. A recorded name that is not where the record says has
 * moved with its container, and so has the container's mount: it is looked for only where that is.
 */
export function claimOf(
  binding: Binding,
  annotations: OwnAnnotations | undefined,
  edit: TemplateEdit,
): Claim {
  const { uid } = binding;
  const secret = edit.projectedSecret(uid);
  const fieldPaths = new Set([typeAnnotation(uid), providerAnnotation(uid)].map(annotationFieldPath));
  const record = parseEnvRecord(annotations?.original(envRecordAnnotation(uid)));

  const readsAnnotation = (entry: Json): boolean => fieldPaths.has(fieldPathOf(entry) ?? '');
  const readsSecret = (entry: Json): boolean => {
    const name = secretOf(entry);
    return name !== undefined && name === secret;
  };
  const claim = (isOwnVariable: Claim['isOwnVariable']): Claim => ({
    uid,
    volume: volumeName(uid),
    isOwnVariable,
  });

  if (record === undefined) {
    const named = new Set(binding.env.map(({ name }) => name));
    return claim((entry) => readsAnnotation(entry) || (readsSecret(entry) && named.has(nameOf(entry) ?? '')));
  }

  const hasForm = (entry: Json): boolean => readsAnnotation(entry) || readsSecret(entry);
  const there = new Map(
    edit
      .envLists()
      .filter(({ place }) => record.has(place))
      .map(({ place, entries }) => [place, new Set(entries.filter(hasForm).map(nameOf))]),
  );
  const displaced = displacedNames(record, (place, name) => there.get(place)?.has(name) === true);
  return claim((entry, place, mounted) => {
    const name = nameOf(entry);
    if (name === undefined || !hasForm(entry)) return false;
    return record.get(place)?.has(name) === true || (mounted && displaced.has(name));
  });
}
