/**
 * @module The CustomResourceDefinitions that there are, as far as Cleat may know them.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import { CUSTOM_RESOURCE_DEFINITION, type GroupKind, groupKindKey } from '../../lib/api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../../lib/api/sink.ts';
import { identityOf } from '../../lib/parse/meta.ts';

const KEY = groupKindKey(CUSTOM_RESOURCE_DEFINITION);
const isDefinition = (kind: GroupKind): boolean => groupKindKey(kind) === KEY;

/** What became known of one of them. */
export interface DefinitionChange {
  /** As it is, or as it was. */
  readonly definition: JsonObject;
  readonly isGone: boolean;
}

export class Definitions implements ObjectSink {
  readonly #byName = new Map<string, JsonObject>();
  readonly #onChange: (change: DefinitionChange | undefined) => void;
  #synced = false;

  /** `onChange` is called when one of them is new, changed or gone; with nothing when all are known, or not any more. */
  constructor(onChange: (change: DefinitionChange | undefined) => void) {
    this.#onChange = onChange;
  }

  /** Undefined as long as not all of them are known: a part of them would pass for all. */
  all(): Iterable<JsonObject> | undefined {
    return this.#synced ? this.#byName.values() : undefined;
  }

  upsert(object: JsonObject): void {
    const identity = identityOf(object);
    if (identity === undefined || !isDefinition(identity)) return;
    this.#byName.set(identity.name, object);
    this.#onChange({ definition: object, isGone: false });
  }

  remove(identity: ObjectIdentity): void {
    if (!isDefinition(identity)) return;
    const definition = this.#byName.get(identity.name);
    if (definition === undefined) return;
    this.#byName.delete(identity.name);
    this.#onChange({ definition, isGone: true });
  }

  synced(kind: GroupKind, synced: boolean): void {
    if (!isDefinition(kind)) return;
    this.#synced = synced;
    this.#onChange(undefined);
  }
}
