/**
 * @module The seam between where objects come from (files, the API) and the store that indexes them.
 */
import type { JsonObject } from './json.ts';
import type { GroupKind } from './kinds.ts';

/** Names one object. `namespace` is empty for cluster-scoped objects. */
export interface ObjectIdentity extends GroupKind {
  readonly namespace: string;
  readonly name: string;
}

/** Takes what a source reads, object by object, so that a long list never holds the event loop. */
export interface ObjectSink {
  /** An object is there, new or changed. An object of the same name with another uid has replaced the old one. */
  upsert(object: JsonObject): void;
  /** An object is gone. Removing what is not there does nothing. */
  remove(identity: ObjectIdentity): void;
  /**
   * Whether the objects of a kind are completely known. Until a kind is synced, the absence of an object says nothing;
   * a kind stays synced while its source is interrupted, because what was known is still the best there is.
   */
  synced(kind: GroupKind, synced: boolean): void;
}
