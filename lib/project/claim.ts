/**
 * @module Which entries of a workload are one binding's own.
 */
import {
  annotationFieldPath,
  envRecordAnnotation,
  providerAnnotation,
  typeAnnotation,
  volumeName,
} from '../api/annotations.ts';
import { isObject, type Json, own as member } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { isComposed } from './composed.ts';
import { envFromSecretOf, fieldPathOf, nameOf, secretKeyOf, secretOf, volumeSecretOf } from './entries.ts';
import { displacedNames, type EnvRecord, parseEnvRecord } from './env-record.ts';
import { isGeneratedName, operatorVolumeName } from './operator-names.ts';
import type { OwnAnnotations } from './own-annotations.ts';
import type { ProjectionRecord } from './record.ts';
import type { TemplateView } from './template-view.ts';

/** What tells one binding's entries from all others. */
export interface Claim {
  readonly uid: string;
  readonly isOwnVolume: (entry: Json) => boolean;
  readonly isOwnMount: (entry: Json) => boolean;
  /** `mounted`: whether the container had the binding's mount. */
  readonly isOwnVariable: (entry: Json, place: string, mounted: boolean) => boolean;
  /** Undefined if it has none for sure. */
  readonly isOwnEnvFrom: ((entry: Json) => boolean) | undefined;
  /** Lists that lose their last entry stay, as the Service Binding Operator leaves them. */
  readonly keepsEmpty: boolean;
}

const never = (): boolean => false;

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
  edit: TemplateView,
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
  const isOwnVolume = (entry: Json): boolean => nameOf(entry) === volumeName(uid);
  const claim = (isOwnVariable: Claim['isOwnVariable']): Claim => ({
    uid,
    isOwnVolume,
    isOwnMount: isOwnVolume,
    isOwnVariable,
    isOwnEnvFrom: undefined,
    keepsEmpty: false,
  });

  if (record === undefined) {
    const named = new Set(binding.env.map(({ name }) => name));
    return claim((entry) => readsAnnotation(entry) || (readsSecret(entry) && named.has(nameOf(entry) ?? '')));
  }

  const hasForm = (entry: Json): boolean => readsAnnotation(entry) || readsSecret(entry);
  return claim(recordedVariables(record, edit, hasForm));
}

/** Of the variables that have the form of a binding's own, those that are recorded. */
function recordedVariables(
  record: EnvRecord,
  edit: TemplateView,
  hasForm: (entry: Json) => boolean,
): Claim['isOwnVariable'] {
  const there = new Map(
    edit
      .envLists()
      .filter(({ place }) => record.has(place))
      .map(({ place, entries }) => [place, new Set(entries.filter(hasForm).map(nameOf))]),
  );
  const displaced = displacedNames(record, (place, name) => there.get(place)?.has(name) === true);
  return (entry, place, mounted) => {
    const name = nameOf(entry);
    if (name === undefined || !hasForm(entry)) return false;
    return record.get(place)?.has(name) === true || (mounted && displaced.has(name));
  };
}

/** The variables of a binding whose items go one by one; without a record of them, all that read its Secret as an item does. */
function itemVariables(
  { uid }: Binding,
  record: ProjectionRecord | undefined,
  annotations: OwnAnnotations | undefined,
  edit: TemplateView,
): Claim['isOwnVariable'] {
  const items = new Set(record?.keys?.map(({ name }) => name));
  const hasForm = (entry: Json): boolean => {
    const name = nameOf(entry) ?? '';
    return items.has(name) && secretOf(entry) === record?.secret && secretKeyOf(entry) === name;
  };
  const variables = parseEnvRecord(annotations?.original(envRecordAnnotation(uid)));
  return variables === undefined ? hasForm : recordedVariables(variables, edit, hasForm);
}

/** A plain Secret volume: one of the same name and another form is the user's. */
const isSecretVolume = (entry: Json): boolean => isObject(entry) && isObject(member(entry, 'secret'));

/** By its name the volume of a binding, if it has the form of one, and the mounts of it. */
function claimVolume(
  name: string | undefined,
  edit: TemplateView,
  hasForm: (volume: Json) => boolean,
): Pick<Claim, 'isOwnVolume' | 'isOwnMount'> {
  if (name === undefined) return { isOwnVolume: never, isOwnMount: never };
  const there = edit.volume(name);
  if (there !== undefined && !hasForm(there)) return { isOwnVolume: never, isOwnMount: never };
  const isNamed = (entry: Json): boolean => nameOf(entry) === name;
  return { isOwnVolume: isNamed, isOwnMount: isNamed };
}

/** Whether a Secret is, or was, the binding's: one of those that are known, that of its status, or one made for it. */
export function isOwnSecret(
  name: string,
  binding: Pick<Binding, 'name' | 'formerSecret'>,
  ...known: readonly (string | undefined)[]
): boolean {
  return known.includes(name) || name === binding.formerSecret || isGeneratedName(name, binding);
}

/** Whether a volume is a plain one of a Secret that is, or was, the binding's. */
function readsOwnSecret(volume: Json, binding: Binding, ...known: readonly (string | undefined)[]): boolean {
  const secret = isSecretVolume(volume) ? volumeSecretOf(volume) : undefined;
  return secret !== undefined && isOwnSecret(secret, binding, ...known);
}

/**
 * What the Service Binding Operator projected for a binding of the specification, in its own style: a volume of the
 * binding's Secret, named as the binding, or of a Secret that was made for it (the binding may have been renamed since),
 * its mounts, and the variables of `spec.env` that read that Secret. Undefined if it is not there: a volume of that name
 * with any other Secret is the user's, and so is every one beside a projection of Cleat's, which took its place.
 */
export function claimFormer(
  binding: Binding,
  secret: string | undefined,
  view: TemplateView,
): Claim | undefined {
  const { uid, directory, env, succession } = binding;
  if (succession === undefined || view.holds(uid)) return undefined;
  const name = operatorVolumeName(directory);
  const there = view
    .volumes()
    .filter((volume) =>
      nameOf(volume) === name
        ? readsOwnSecret(volume, binding, secret)
        : isSecretVolume(volume) && isGeneratedName(volumeSecretOf(volume) ?? '', binding),
    );
  if (there.length === 0) return undefined;
  const names = new Set(there.map(nameOf));
  const secrets = new Set(there.map(volumeSecretOf));
  const variables = new Set(env.map((mapping) => mapping.name));
  const isNamed = (entry: Json): boolean => names.has(nameOf(entry));
  return {
    uid,
    isOwnVolume: isNamed,
    isOwnMount: isNamed,
    isOwnVariable: (entry) => {
      const read = secretOf(entry);
      if (read === undefined || !secrets.has(read)) return false;
      // Nobody else refers to a Secret that was made for the binding; the service's own the user may have used as well.
      return isGeneratedName(read, binding) || variables.has(nameOf(entry) ?? '');
    },
    isOwnEnvFrom: undefined,
    keepsEmpty: false,
  };
}

/** Whether what the Service Binding Operator projected is what the binding asks for still. */
export function isFormerWhole(binding: Binding, secret: string, view: TemplateView): boolean {
  const { directory, env } = binding;
  const volume = view.volume(operatorVolumeName(directory));
  // Of a Secret that the service had before, it is not; a copy that was made for the binding counts as the service's.
  const there = volume === undefined || !isSecretVolume(volume) ? undefined : volumeSecretOf(volume);
  if (there === undefined || (there !== secret && !isGeneratedName(there, binding))) return false;
  const entries = view.envLists().flatMap((list) => list.entries);
  return env.every(({ name, key }) =>
    entries.some(
      (entry) => nameOf(entry) === name && secretKeyOf(entry) === key && secretOf(entry) === there,
    ),
  );
}

/** What is known of a projection without annotations in the Pod template. */
interface Known {
  readonly record: ProjectionRecord | undefined;
  /** The Secret that is to be projected now. */
  readonly secret: string | undefined;
  readonly annotations: OwnAnnotations | undefined;
  readonly isQuiet: () => boolean;
}

/**
 * Whether every container has the variables of the Secret already, behind those of former ones, which the Service Binding
 * Operator left: these go with the next change of the Pod template, and no Pod is restarted for their sake.
 */
function isServed(
  { secret, isQuiet }: Pick<Known, 'secret' | 'isQuiet'>,
  isOwn: (name: string) => boolean,
  edit: TemplateView,
): boolean {
  if (secret === undefined) return false;
  return edit.secretsOfAll().every((names) => names.findLast(isOwn) === secret) && isQuiet();
}

/**
 * What a projection without annotations in the Pod template consists of, as its record says; without one, as the Service
 * Binding Operator leaves its projections, by the names that it gives: a volume named as the binding, and `envFrom`, of a
 * Secret that is or was the binding's. A volume of that name with any other Secret is the user's.
 */
export function claimByName(
  binding: Binding,
  { record, secret, annotations, isQuiet }: Known,
  edit: TemplateView,
): Claim {
  const { uid, style, directory } = binding;
  const isOwn = (name: string): boolean => isOwnSecret(name, binding, secret, record?.secret);
  const readsOwn = (entry: Json): boolean => readsOwnSecret(entry, binding, secret);
  const mayMount = style === 'secret-volume' ? operatorVolumeName(directory) : undefined;
  const volume =
    record === undefined
      ? claimVolume(mayMount, edit, readsOwn)
      : claimVolume(record.volume, edit, isSecretVolume);
  const hasEnvFrom = record === undefined ? style === 'env-from' : record.envFrom === true;
  const spares = style === 'env-from' && isServed({ secret, isQuiet }, isOwn, edit);
  const isOwnEnvFrom = (entry: Json): boolean => {
    const name = envFromSecretOf(entry);
    return name !== undefined && (spares ? name === secret : isOwn(name));
  };
  const isItem = record?.keys === undefined ? never : itemVariables(binding, record, annotations, edit);
  // With or without a record: two of one name are what no API server takes.
  const isComposedHere = style === 'itemised' ? isComposed : never;
  return {
    uid,
    isOwnVolume: (entry) => volume.isOwnVolume(entry) || isComposedHere(entry),
    isOwnMount: (entry) => volume.isOwnMount(entry) || isComposedHere(entry),
    isOwnVariable: (entry, ...where) => isComposedHere(entry) || isItem(entry, ...where),
    isOwnEnvFrom: hasEnvFrom ? isOwnEnvFrom : undefined,
    keepsEmpty: style !== 'projected',
  };
}
