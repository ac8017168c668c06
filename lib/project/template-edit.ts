/**
 * @module One workload's Pod template, at the places that a mapping gives, while bindings are taken out of it and put
 * into it.
 */
import { providerAnnotation, secretAnnotation, typeAnnotation } from '../api/annotations.ts';
import { Reason } from '../api/condition.ts';
import { equal, isObject, type Json, type JsonObject, own } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import type { ContainerPlaces, Places } from '../resolve/mapping.ts';
import { type Claim, ContainerEdit } from './container-edit.ts';
import { isProjectedVolume, nameOf, volumeOf } from './entries.ts';
import type { ListEdit } from './list-edit.ts';
import { type Opened, openList } from './open-list.ts';
import type { Report } from './report.ts';
import { find, pointer, replace } from './tree.ts';

export class TemplateEdit {
  readonly #workload: JsonObject;
  readonly #places: Places;
  readonly #originalAnnotations: JsonObject | undefined;
  #annotations: Record<string, Json>;
  readonly #volumes: ListEdit;
  readonly #containers: readonly ContainerEdit[];
  /** What the places say about themselves: each concerns every binding that is put in. */
  readonly #remarks: readonly string[];

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
    const containers = openContainers(workload, places.containers);
    const opened = { annotations: annotations.value, volumes: volumes.value, ...containers };
    return { ok: true, value: new TemplateEdit(workload, places, opened) };
  }

  /** The Secret that is projected for a binding, as far as the template tells. */
  projectedSecret(uid: string): string | undefined {
    const value = own(this.#annotations, secretAnnotation(uid));
    return typeof value === 'string' ? value : undefined;
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

  /** Puts a binding in. What is taken already is left out and reported. */
  add(binding: Binding, secret: string): readonly Report[] {
    this.#annotations[secretAnnotation(binding.uid)] = secret;
    const { type, provider } = binding.overrides;
    if (type !== undefined) this.#annotations[typeAnnotation(binding.uid)] = type;
    if (provider !== undefined) this.#annotations[providerAnnotation(binding.uid)] = provider;
    this.#volumes.add({ entry: volumeOf(binding, secret), owner: binding });
    const remarks = this.#remarks.map((text) => ({ binding, reason: Reason.unprojectable, message: text }));
    return [...remarks, ...this.#containers.flatMap((container) => container.add(binding, secret))];
  }

  /** The names of the variables that were put in for a binding, by the place of the env list. */
  addedVariables(uid: string): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#containers.map((container) => [container.place, container.addedVariables(uid)]));
  }

  /** The workload with all of it done; the very same object if nothing changes. */
  write(): JsonObject {
    let workload = this.#writeAnnotations(this.#workload);
    workload = writeList(workload, this.#volumes, isProjectedVolume);
    for (const container of this.#containers) {
      workload = writeList(workload, container.env, isUsers);
      workload = writeList(workload, container.mounts, isProjectedVolume);
    }
    return workload;
  }

  #writeAnnotations(workload: JsonObject): JsonObject {
    const empty = Object.keys(this.#annotations).length === 0;
    if (equal(this.#annotations, this.#originalAnnotations ?? {})) return workload;
    return replace(workload, this.#places.annotations.keys, empty ? undefined : this.#annotations);
  }
}

/** What is left in an env list cannot be told from the user's, and what the user wrote stays where it is. */
const isUsers = (): boolean => false;

function writeList(workload: JsonObject, list: ListEdit, isProjected: (entry: Json) => boolean): JsonObject {
  if (!list.touched) return workload;
  const result = list.result(isProjected);
  return list.isOriginal(result) ? workload : replace(workload, list.keys, result);
}

/** Every container that the paths lead to, once, even where two paths meet. */
function openContainers(
  workload: JsonObject,
  paths: readonly ContainerPlaces[],
): { readonly containers: readonly ContainerEdit[]; readonly remarks: readonly string[] } {
  const containers = new Map<string, ContainerEdit>();
  const remarks: string[] = [];
  for (const places of paths) {
    const located = places.path.locate(workload);
    if (!located.ok) {
      remarks.push(message('pathFailed', { path: places.path.source, problem: located.message }));
      continue;
    }
    for (const { keys, value } of located.locations) {
      const place = pointer(keys);
      if (containers.has(place) || value === null) continue;
      const opened = ContainerEdit.open(value, keys, places);
      if (opened.ok) containers.set(place, opened.value);
      else remarks.push(message('containerMalformed', { container: place, problem: opened.problem }));
    }
  }
  return { containers: [...containers.values()], remarks };
}
