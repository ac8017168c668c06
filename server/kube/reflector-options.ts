/**
 * @module What a reflector is made of.
 */
import type { GroupKind } from '../../lib/api/kinds.ts';
import type { ObjectSink } from '../../lib/api/sink.ts';
import type { ApiResource } from './discovery.ts';
import type { Trim } from './inventory.ts';
import type { Log } from './log.ts';
import type { ObjectForm } from './object-form.ts';
import type { Timing } from './timing.ts';
import type { Query, Transport } from './transport.ts';

export interface ReflectorOptions {
  readonly kind: GroupKind;
  /** Where the kind is served; undefined if it does not exist. `fresh`: what was known has turned out to be wrong. */
  readonly locate: (options: { readonly fresh: boolean }) => Promise<ApiResource | undefined>;
  readonly transport: Pick<Transport, 'read' | 'stream'>;
  readonly sink: ObjectSink;
  readonly log: Log;
  readonly timing?: Timing;
  /** What is kept of each object; all but `metadata.managedFields` unless told. */
  readonly trim?: Trim;
  /** Narrows what is reflected, for example `labelSelector`. */
  readonly query?: Query;
  /** Another form of the objects than the whole ones. */
  readonly form?: ObjectForm;
  /** One that is absent, or that may not be listed, is in order so: it is asked for again without a word. */
  readonly optional?: boolean;
  readonly limits?: Partial<ReflectorLimits>;
}

export interface ReflectorLimits {
  /** The shortest time after which the server ends a watch; the longest is twice that. */
  readonly watchSeconds: number;
  /** A watch that has been silent for this long beyond its end is dead. */
  readonly silenceMs: number;
  /** Between two lists where watching is forbidden. */
  readonly pollMs: number;
  /** For one page of a list. */
  readonly pageTimeoutMs: number;
  /** Objects on the first page of a list, before their size is known. */
  readonly firstLimit: number;
}

export const LIMITS: ReflectorLimits = {
  watchSeconds: 240,
  silenceMs: 20_000,
  pollMs: 30_000,
  pageTimeoutMs: 30_000,
  firstLimit: 50,
};
