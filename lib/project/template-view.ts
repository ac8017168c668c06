/**
 * @module One workload's Pod template at the places that one mapping gives, while bindings are taken out of it and put
 * into it.
 */
import { providerAnnotation, secretAnnotation, typeAnnotation, volumeName } from '../api/annotations.ts';
import { Reason } from '../api/condition.ts';
import { isObject, type Json, own } from '../api/json.ts';
import { type Binding, describeBinding, type PublishedSecret } from '../binding/binding.ts';
import { message, type TextName } from '../message/texts.ts';
import { pointer } from '../patch/pointer.ts';
import type { ContainerPlaces, Places } from '../resolve/mapping.ts';
import type { Claim } from './claim.ts';
import { compose, type Itemised } from './composed.ts';
import { ContainerEdit } from './container-edit.ts';
import { type BindingEntries, entriesOf, isProjectedVolume, isSameEntry, volumeSecretOf } from './entries.ts';
import type { ListEdit } from './list-edit.ts';
import type { ListKind } from './list-pool.ts';
import type { Opened } from './open-list.ts';
import type { Report } from './report.ts';
import type { Annotations, Workbench } from './workbench.ts';
import { find } from './tree.ts';

const VOLUMES: ListKind = { keyOf: undefined, isProjected: isProjectedVolume };

interface Found {
  readonly annotations: Annotations | undefined;
  readonly volumes: ListEdit;
  readonly containers: readonly ContainerEdit[];
  /** What the places say about themselves: each concerns every binding that is put in. */
  readonly remarks: readonly string[];
}

/** What came of putting a binding in. */
export interface Addition {
  /** False if nothing of it was: then nothing may say that it is there. */
  readonly isIn: boolean;
  readonly reports: readonly Report[];
}

export class TemplateView {
  readonly #bench: Workbench;
  readonly #places: Places;
  readonly #annotations: Annotations | undefined;
  readonly #volumes: ListEdit;
  readonly #containers: readonly ContainerEdit[];
  readonly #remarks: readonly string[];
  readonly #itemised: Itemised[] = [];

  private constructor(bench: Workbench, places: Places, found: Found) {
    this.#bench = bench;
    this.#places = places;
    this.#annotations = found.annotations;
    this.#volumes = found.volumes;
    this.#containers = found.containers;
    this.#remarks = found.remarks;
  }

  /** Reads the places. A problem if the annotations or the volumes are not what they have to be. */
  static open(bench: Workbench, places: Places): Opened<TemplateView> {
    const annotations = places.annotations && bench.annotationsAt(places.annotations.keys);
    if (annotations?.ok === false) return annotations;
    const before = places.builtIn ? [] : bench.pool.places();
    const volumes = bench.pool.open(bench.workload, places.volumes.keys, [], VOLUMES);
    if (!volumes.ok) return volumes;
    const containers = openContainers(bench, places);
    const problem = places.builtIn
      ? undefined
      : overlap(places, volumes.value, containers.containers, before);
    if (problem !== undefined) return { ok: false, problem };
    const found = { annotations: annotations?.value, volumes: volumes.value, ...containers };
    return { ok: true, value: new TemplateView(bench, places, found) };
  }

  /** The Secret that is projected for a binding, as far as the template tells: by its annotation, or by the volume. */
  projectedSecret(uid: string): string | undefined {
    const value = this.#annotations && own(this.#annotations.entries, secretAnnotation(uid));
    if (typeof value === 'string') return value;
    const volume = this.volume(volumeName(uid));
    return volume === undefined ? undefined : volumeSecretOf(volume);
  }

  volume(name: string): Json | undefined {
    return this.#volumes.holder(name)?.entry;
  }

  volumes(): readonly Json[] {
    return this.#volumes.kept;
  }

  /** Whether the template shows a projection of a binding. A volume of its name can be nobody else's. */
  holds(uid: string): boolean {
    return (
      (this.#annotations !== undefined && Object.hasOwn(this.#annotations.entries, secretAnnotation(uid))) ||
      this.#volumes.holder(volumeName(uid)) !== undefined
    );
  }

  /** Takes one binding's own projection away, wherever the mapping leads. SERVICE_BINDING_ROOT stays. */
  remove(claim: Claim): void {
    for (const container of this.#containers) container.remove(claim);
    this.#volumes.remove(claim.isOwnVolume, claim.keepsEmpty);
    const { uid } = claim;
    for (const key of [secretAnnotation(uid), typeAnnotation(uid), providerAnnotation(uid)])
      this.#annotations?.remove(key);
  }

  /** The place of every env list, with the entries that stand in it. */
  envLists(): readonly { readonly place: string; readonly entries: readonly Json[] }[] {
    return this.#containers.map(({ place, entries }) => ({ place, entries }));
  }

  /** For every container the Secrets that it takes all of, in their order. */
  secretsOfAll(): readonly (readonly string[])[] {
    return this.#containers.map((container) => container.secretsOfAll);
  }

  /** Puts a binding in. What is taken already is left out and reported. */
  add(binding: Binding, secret: PublishedSecret): Addition {
    const refusal = this.#refusal(binding);
    if (refusal !== undefined) return { isIn: false, reports: [refusal] };
    const entries = entriesOf(binding, secret);
    const count = this.#containers.length * (entries.variables.length + 1);
    if (!this.#bench.claimAdditions(count)) {
      const report = { binding, reason: Reason.unprojectable, message: message('tooLarge', {}) };
      return { isIn: false, reports: [report] };
    }
    const taken = this.#addVolume(binding, entries);
    if (taken !== undefined) return { isIn: false, reports: [taken] };
    if (binding.style === 'projected') this.#annotate(binding, secret);
    if (binding.style === 'itemised') this.#itemised.push({ binding, secret });
    const remarks = this.#remarks.map((text) => ({ binding, reason: Reason.unprojectable, message: text }));
    const reports = this.#containers.flatMap((container) => container.add(binding, entries));
    return { isIn: true, reports: [...remarks, ...reports] };
  }

  /** To be called once all bindings are put in. */
  compose(): readonly Report[] {
    return compose(this.#itemised, this.#containers, this.#volumes);
  }

  /** The names of the variables that were put in for a binding, by the place of the env list. */
  addedVariables(uid: string): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#containers.map((container) => [container.place, container.addedVariables(uid)]));
  }

  #annotate(binding: Binding, secret: PublishedSecret): void {
    this.#annotations?.set(secretAnnotation(binding.uid), secret.name);
    const { type, provider } = binding.overrides;
    if (type !== undefined) this.#annotations?.set(typeAnnotation(binding.uid), type);
    if (provider !== undefined) this.#annotations?.set(providerAnnotation(binding.uid), provider);
  }

  /** Nothing of the binding is put in then. */
  #refusal(binding: Binding): Report | undefined {
    const refuse = (text: TextName, data: object = {}): Report => ({
      binding,
      reason: Reason.unprojectable,
      message: message(text, data),
    });
    const isUnfit = binding.needsPodSpec && this.#places.builtIn && !this.#hasPodSpec();
    if (isUnfit) return refuse('notPodSpecAble', { place: pointer(this.#places.volumes.keys.slice(0, -1)) });
    if (!this.#mayFilter(binding)) return refuse('filterWithoutContainers');
    const isByName = binding.style === 'secret-volume' || binding.style === 'env-from';
    const isEmpty = isByName && this.#containers.length === 0 && binding.paths.secret === undefined;
    return isEmpty ? refuse('noContainers') : undefined;
  }

  /** ARM-12. */
  #mayFilter({ containers, mappedBy }: Binding): boolean {
    if (containers === undefined || mappedBy !== 'ClusterApplicationResourceMapping') return true;
    return this.#places.containers.every(({ name }) => name !== undefined);
  }

  /** ARM-7: the volumes of a Pod template stand in its spec. */
  #hasPodSpec(): boolean {
    const spec = find(this.#bench.workload, this.#places.volumes.keys.slice(0, -1), []);
    return spec.ok && isObject(spec.value);
  }

  /** Where there is nothing to mount it into, nothing needs a volume but what servicebinding/runtime gives one anyway. */
  #addVolume(binding: Binding, { volume }: BindingEntries): Report | undefined {
    if (volume === undefined || (binding.style !== 'projected' && this.#containers.length === 0))
      return undefined;
    const taken = binding.style === 'projected' ? undefined : this.#volumes.holder(volume.name);
    if (taken === undefined) {
      this.#volumes.add({ entry: volume.entry, owner: binding });
      return undefined;
    }
    if (taken.owner === undefined && isSameEntry(taken.entry, volume.entry)) return undefined;
    const holder = taken.owner === undefined ? "the workload's own" : `from ${describeBinding(taken.owner)}`;
    const text = message('volumeTaken', { volume: volume.name, holder });
    return { binding, reason: Reason.collision, message: text };
  }
}

/** What the paths lead to. Where two of them meet, an object counts twice if its variables or mounts are elsewhere. */
function openContainers(
  bench: Workbench,
  { containers: paths, builtIn }: Places,
): { readonly containers: readonly ContainerEdit[]; readonly remarks: readonly string[] } {
  const containers: ContainerEdit[] = [];
  const remarks: string[] = [];
  for (const places of paths) {
    const located = places.path.locate(bench.workload);
    if (!located.ok) {
      remarks.push(message('pathFailed', { path: places.path.source, problem: located.message }));
      continue;
    }
    for (const [index, { keys, value }] of located.locations.entries()) {
      if (value === null) continue;
      const opened = openContainer(bench, { keys, value, index }, places);
      if (opened.ok) containers.push(opened.value);
      else remarks.push(message('containerMalformed', { container: pointer(keys), problem: opened.problem }));
    }
  }
  // The built-in paths never meet.
  return { containers: builtIn ? containers : unique(containers), remarks };
}

function openContainer(
  { pool }: Workbench,
  { keys, value, index }: { keys: readonly (string | number)[]; value: Json; index: number },
  places: ContainerPlaces,
): Opened<ContainerEdit> {
  return ContainerEdit.open(value, { keys, index: places.indexed ? index : undefined }, places, pool);
}

function unique(containers: readonly ContainerEdit[]): readonly ContainerEdit[] {
  return [...new Map(containers.map((container) => [container.identity, container])).values()];
}

/**
 * Whether two places of a mapping are one, or one stands inside another, or inside a place of another mapping: writing
 * the one would undo the other. The built-in mappings have no such places.
 */
function overlap(
  places: Places,
  volumes: ListEdit,
  containers: readonly ContainerEdit[],
  others: readonly string[],
): string | undefined {
  const lists = containers.flatMap(({ env, mounts }) => [env?.keys ?? [], mounts?.keys ?? []]);
  const all = new Set<string>();
  const keys = [places.annotations?.keys ?? [], volumes.keys, ...lists].filter(({ length }) => length > 0);
  for (const place of keys.map(pointer)) {
    if (all.has(place)) return `two places of the mapping are one: ${place}`;
    all.add(place);
  }
  for (const place of others) all.add(place);
  for (const place of all) {
    for (let end = place.lastIndexOf('/'); end > 0; end = place.lastIndexOf('/', end - 1)) {
      const around = place.slice(0, end);
      if (all.has(around)) return `a place of the mapping stands inside another: ${place} in ${around}`;
    }
  }
  return undefined;
}
