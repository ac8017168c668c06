/**
 * @module The CustomResourceDefinitions that there are, as far as Cleat may know them.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import { CUSTOM_RESOURCE_DEFINITION, type GroupKind, groupKindKey } from '../../lib/api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../../lib/api/sink.ts';
import { identityOf } from '../../lib/parse/meta.ts';

const KEY = groupKindKey(CUSTOM_RESOURCE_DEFINITION);
const isDefinition = (kind: GroupKind): boolean => groupKindKey(kind) === KEY;

export class Definitions implements ObjectSink {
  readonly #byName = new Map<string, JsonObject>();
  readonly #onChange: () => void;
  #synced = false;

  /** `onChange` is called when one of them is new, changed or gone, and when all are known. */
  constructor(onChange: () => void) {
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
    this.#onChange();
  }

  remove(identity: ObjectIdentity): void {
    if (isDefinition(identity) && this.#byName.delete(identity.name)) this.#onChange();
  }

  synced(kind: GroupKind, synced: boolean): void {
    if (!isDefinition(kind)) return;
    this.#synced = synced;
    this.#onChange();
  }
}
