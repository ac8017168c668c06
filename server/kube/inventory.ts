/**
 * @module Which objects of a kind the sink has been told of, so that it can be told what is gone.
 */
import {
  dig,
  own,
  withMember,
  withoutMember,
  isObject,
  type JsonObject,
  textOf,
} from '../../lib/api/json.ts';
import { apiVersionOf, type GroupKind, type GroupVersionKind } from '../../lib/api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../../lib/api/sink.ts';
import type { Log } from './log.ts';
import type { Slicer } from './timing.ts';

/** What is kept of an object, decided on arrival. */
export type Trim = (object: JsonObject) => JsonObject;

/** Drops `metadata.managedFields`: often more than half of an object, and of no use here. */
export const withoutManagedFields: Trim = (object) => {
  const metadata = own(object, 'metadata');
  if (!isObject(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object;
  return withMember(object, 'metadata', withoutMember(metadata, 'managedFields'));
};

export interface InventoryOptions {
  readonly sink: ObjectSink;
  readonly trim: Trim;
  readonly log: Log;
}

interface Known {
  readonly identity: ObjectIdentity;
  readonly uid: string;
  /** The last list that had it. */
  round: number;
}

export class Inventory {
  readonly #options: InventoryOptions;
  readonly #known = new Map<string, Known>();
  #round = 0;

  constructor(options: InventoryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  /** A list begins; what it does not have will be removed by {@link removeUnlisted}. */
  beginList(): void {
    this.#round += 1;
  }

  async removeUnlisted(slicer: Slicer): Promise<void> {
    for (const { identity, round } of this.#known.values()) {
      if (round === this.#round) continue;
      this.#remove(identity);
      if (slicer.spent) await slicer.giveWay();
    }
  }

  async removeAll(slicer: Slicer): Promise<void> {
    this.beginList();
    await this.removeUnlisted(slicer);
  }

  /**
   * An object is there. One of the same name but another uid was deleted and created again while nobody looked: the old
   * one is removed first, for nothing that was known of it holds for the new one.
   */
  put(kind: GroupVersionKind, object: JsonObject): void {
    const identity = this.#identify(kind, object);
    if (!identity) return;
    const uid = textAt(object, 'uid');
    const known = this.#known.get(keyOf(identity));
    if (known && known.uid !== uid) this.#remove(identity);
    this.#known.set(keyOf(identity), { identity, uid, round: this.#round });
    this.#tell('upsert', identity, (sink) => sink.upsert(this.#options.trim(withType(kind, object))));
  }

  /** The object of a DELETED event is gone. */
  drop(kind: GroupVersionKind, object: JsonObject): void {
    const identity = this.#identify(kind, object);
    if (identity) this.#remove(identity);
  }

  #remove(identity: ObjectIdentity): void {
    if (!this.#known.delete(keyOf(identity))) return;
    this.#tell('remove', identity, (sink) => sink.remove(identity));
  }

  /** Whether all objects of the kind are known. */
  announce(kind: GroupKind, synced: boolean): void {
    this.#tell('synced', kind, (sink) => sink.synced(kind, synced));
  }

  /** A sink that throws loses this one message, not the loop that feeds it. */
  #tell(what: string, about: GroupKind, message: (sink: ObjectSink) => void): void {
    try {
      message(this.#options.sink);
    } catch (err) {
      this.#options.log.error({ err, what, ...about }, 'taking in an object failed; it is skipped');
    }
  }

  #identify({ group, kind }: GroupVersionKind, object: JsonObject): ObjectIdentity | undefined {
    const [namespace, name] = [textAt(object, 'namespace'), textAt(object, 'name')];
    if (name !== '') return { group, kind, namespace, name };
    this.#options.log.warn({ group, kind, namespace }, 'an object without metadata.name is skipped');
    return undefined;
  }
}

/** Neither part can hold a slash. */
function keyOf({ namespace, name }: ObjectIdentity): string {
  return `${namespace}/${name}`;
}

function textAt(object: JsonObject, member: string): string {
  return textOf(dig(object, 'metadata', member));
}

/** The items of a list come without their type. */
function withType(kind: GroupVersionKind, object: JsonObject): JsonObject {
  if (Object.hasOwn(object, 'apiVersion') && Object.hasOwn(object, 'kind')) return object;
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, ...object };
}
