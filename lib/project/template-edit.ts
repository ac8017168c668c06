/**
 * @module One workload's Pod template, at the places that a mapping gives, while bindings are taken out of it and put
 * into it.
 */
import { providerAnnotation, secretAnnotation, typeAnnotation, volumeName } from '../api/annotations.ts';
import { Reason } from '../api/condition.ts';
import { equal, isObject, type Json, type JsonObject, own } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import type { Places } from '../resolve/mapping.ts';
import { type Claim, ContainerEdit } from './container-edit.ts';
import { entriesOf, isProjectedVolume, nameOf, volumeSecretOf } from './entries.ts';
import type { ListEdit } from './list-edit.ts';
import { type Opened, openList } from './open-list.ts';
import type { Report } from './report.ts';
import { pointer } from '../patch/pointer.ts';
import { Draft, find } from './tree.ts';

/**
 * Variables and mounts that are put into one workload. The API server would refuse so large an object anyway, and putting
 * them in holds the event loop for all other admissions.
 */
const MAX_ADDITIONS = 20_000;

export class TemplateEdit {
  readonly #workload: JsonObject;
  readonly #places: Places;
  readonly #originalAnnotations: JsonObject | undefined;
  #annotations: Record<string, Json>;
  readonly #volumes: ListEdit;
  readonly #containers: readonly ContainerEdit[];
  /** What the places say about themselves: each concerns every binding that is put in. */
  readonly #remarks: readonly string[];
  #additions = 0;

  private constructor(
    workload: JsonObject,
    places: Places,
    opened: {
      annotations: JsonObject | undefined;
      volumes: ListEdit;
      containers: readonly ContainerEdit[];
      remarks: readonly string[];
    },
  ) {
    this.#workload = workload;
    this.#places = places;
    this.#originalAnnotations = opened.annotations;
    this.#annotations = { ...opened.annotations };
    this.#volumes = opened.volumes;
    this.#containers = opened.containers;
    this.#remarks = opened.remarks;
  }

  /** Reads the places. A problem if the annotations or the volumes are not what they have to be. */
  static open(workload: JsonObject, places: Places): Opened<TemplateEdit> {
    const annotations = find(workload, places.annotations.keys, []);
    if (!annotations.ok) return annotations;
    if (annotations.value !== undefined && !isObject(annotations.value)) {
      return { ok: false, problem: `${pointer(places.annotations.keys)} is not an object` };
    }
    const volumes = openList(workload, places.volumes.keys, []);
    if (!volumes.ok) return volumes;
    const containers = openContainers(workload, places);
    const problem = places.builtIn ? undefined : overlap(places, volumes.value, containers.containers);
    if (problem !== undefined) return { ok: false, problem };
    const opened = { annotations: annotations.value, volumes: volumes.value, ...containers };
    return { ok: true, value: new TemplateEdit(workload, places, opened) };
  }

  /** The Secret that is projected for a binding, as far as the template tells: by its annotation, or by the volume. */
  projectedSecret(uid: string): string | undefined {
    const value = own(this.#annotations, secretAnnotation(uid));
    if (typeof value === 'string') return value;
    const volume = this.#volumes.holder(volumeName(uid))?.entry;
    return volume === undefined ? undefined : volumeSecretOf(volume);
  }

  /** Whether the template shows a projection of a binding. A volume of its name can be nobody else's. */
  holds(uid: string): boolean {
    return (
      Object.hasOwn(this.#annotations, secretAnnotation(uid)) ||
      this.#volumes.holder(volumeName(uid)) !== undefined
    );
  }

  /** Takes one binding's own projection away, wherever the mapping leads. SERVICE_BINDING_ROOT stays. */
  remove(claim: Claim): void {
    for (const container of this.#containers) container.remove(claim);
    this.#volumes.remove((entry) => nameOf(entry) === claim.volume);
    for (const key of [
      secretAnnotation(claim.uid),
      typeAnnotation(claim.uid),
      providerAnnotation(claim.uid),
    ]) {
      delete this.#annotations[key];
    }
  }

  /** The place of every env list, with the entries that stand in it. */
  envLists(): readonly { readonly place: string; readonly entries: readonly Json[] }[] {
    return this.#containers.map(({ place, entries }) => ({ place, entries }));
  }

  /** Puts a binding in. What is taken already is left out and reported. Undefined: it is too much for one workload. */
  add(binding: Binding, secret: string): readonly Report[] | undefined {
    const additions = this.#additions + this.#containers.length * (binding.env.length + 1);
    if (additions > MAX_ADDITIONS) return undefined;
    this.#additions = additions;
    this.#annotations[secretAnnotation(binding.uid)] = secret;
    const { type, provider } = binding.overrides;
    if (type !== undefined) this.#annotations[typeAnnotation(binding.uid)] = type;
    if (provider !== undefined) this.#annotations[providerAnnotation(binding.uid)] = provider;
    const entries = entriesOf(binding, secret);
    this.#volumes.add({ entry: entries.volume, owner: binding });
    const remarks = this.#remarks.map((text) => ({ binding, reason: Reason.unprojectable, message: text }));
    return [...remarks, ...this.#containers.flatMap((container) => container.add(binding, entries))];
  }

  /** The names of the variables that were put in for a binding, by the place of the env list. */
  addedVariables(uid: string): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#containers.map((container) => [container.place, container.addedVariables(uid)]));
  }

  /** The workload with all of it done; the very same object if nothing changes. */
  write(): JsonObject {
    const draft = new Draft(this.#workload);
    this.#writeAnnotations(draft);
    writeList(draft, this.#volumes, isProjectedVolume);
    for (const container of this.#containers) {
      writeList(draft, container.env, isUsers);
      writeList(draft, container.mounts, isProjectedVolume);
    }
    return draft.result;
  }

  #writeAnnotations(draft: Draft): void {
    if (equal(this.#annotations, this.#originalAnnotations ?? {})) return;
    const empty = Object.keys(this.#annotations).length === 0;
    draft.set(this.#places.annotations.keys, empty ? undefined : this.#annotations);
  }
}

/** What is left in an env list cannot be told from the user's, and what the user wrote stays where it is. */
const isUsers = (): boolean => false;

function writeList(draft: Draft, list: ListEdit, isProjected: (entry: Json) => boolean): void {
  if (!list.touched) return;
  const result = list.result(isProjected);
  if (!list.isOriginal(result)) draft.set(list.keys, result);
}

/** What the paths lead to. Where two of them meet, an object counts twice if its variables or mounts are elsewhere. */
function openContainers(
  workload: JsonObject,
  { containers: paths, builtIn }: Places,
): { readonly containers: readonly ContainerEdit[]; readonly remarks: readonly string[] } {
  const containers: ContainerEdit[] = [];
  const remarks: string[] = [];
  for (const places of paths) {
    const located = places.path.locate(workload);
    if (!located.ok) {
      remarks.push(message('pathFailed', { path: places.path.source, problem: located.message }));
      continue;
    }
    for (const { keys, value } of located.locations) {
      if (value === null) continue;
      const opened = ContainerEdit.open(value, keys, places);
      if (opened.ok) containers.push(opened.value);
      else remarks.push(message('containerMalformed', { container: pointer(keys), problem: opened.problem }));
    }
  }
  // The built-in paths never meet.
  return { containers: builtIn ? containers : unique(containers), remarks };
}

function unique(containers: readonly ContainerEdit[]): readonly ContainerEdit[] {
  const keyOf = ({ place, mounts }: ContainerEdit): string => `${place}\n${pointer(mounts.keys)}`;
  return [...new Map(containers.map((container) => [keyOf(container), container])).values()];
}

/**
 * Whether two places of a mapping are one, or one stands inside another: writing the one would undo the other. The
 * built-in mappings have no such places.
 */
function overlap(
  places: Places,
  volumes: ListEdit,
  containers: readonly ContainerEdit[],
): string | undefined {
  const lists = containers.flatMap(({ env, mounts }) => [env.keys, mounts.keys]);
  const all = new Set<string>();
  for (const place of [places.annotations.keys, volumes.keys, ...lists].map(pointer)) {
    if (all.has(place)) return `two places of the mapping are one: ${place}`;
    all.add(place);
  }
  for (const place of all) {
    for (let end = place.lastIndexOf('/'); end > 0; end = place.lastIndexOf('/', end - 1)) {
      const around = place.slice(0, end);
      if (all.has(around)) return `a place of the mapping stands inside another: ${place} in ${around}`;
    }
  }
  return undefined;
}
