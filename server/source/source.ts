/**
 * @module Where objects come from. Whoever serves does not know whether it is files or the API.
 */
import type { SourceHealth } from '../readiness.ts';

/** How one kind is doing, for `/metrics`. */
export interface CacheState {
  readonly kind: string;
  readonly phase: string;
  readonly synced: boolean;
}

export interface Source extends SourceHealth {
  states(): readonly CacheState[];
  stop(): Promise<void>;
}
