/**
 * @module One sink made of several, told in their order: those behind may rely on what those before have taken in.
 */
import type { ObjectSink } from '../../../lib/api/sink.ts';

export function tee(sinks: readonly ObjectSink[]): ObjectSink {
  return {
    upsert: (object) => sinks.forEach((sink) => sink.upsert(object)),
    remove: (identity) => sinks.forEach((sink) => sink.remove(identity)),
    synced: (kind, synced) => sinks.forEach((sink) => sink.synced(kind, synced)),
  };
}
