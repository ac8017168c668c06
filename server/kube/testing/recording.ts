/**
 * @module A sink and a log that remember, and waiting for something to become true.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { dig, type JsonObject } from '../../../lib/api/json.ts';
import type { GroupKind } from '../../../lib/api/kinds.ts';
import type { ObjectIdentity, ObjectSink } from '../../../lib/api/sink.ts';
import type { Log } from '../log.ts';
import { systemTiming, type Timing } from '../timing.ts';

export class RecordingSink implements ObjectSink {
  /** What happened: `+name`, `-name`, `synced Kind`, `unsynced Kind`. */
  readonly story: string[] = [];
  readonly objects = new Map<string, JsonObject>();
  /** Called before an object is taken in. */
  onUpsert: (object: JsonObject) => void = () => {};

  upsert(object: JsonObject): void {
    this.onUpsert(object);
    const name = nameOf(object);
    this.story.push(`+${name}`);
    this.objects.set(name, object);
  }

  remove({ name }: ObjectIdentity): void {
    this.story.push(`-${name}`);
    this.objects.delete(name);
  }

  synced({ kind }: GroupKind, synced: boolean): void {
    this.story.push(`${synced ? 'synced' : 'unsynced'} ${kind}`);
  }

  get names(): string[] {
    return [...this.objects.keys()].sort();
  }
}

function nameOf(object: JsonObject): string {
  const name = dig(object, 'metadata', 'name');
  return typeof name === 'string' ? name : '';
}

export interface LogEntry {
  readonly level: keyof Log;
  readonly about: object;
  readonly message: string;
}

export class RecordingLog implements Log {
  readonly entries: LogEntry[] = [];
  readonly debug = this.#taker('debug');
  readonly info = this.#taker('info');
  readonly warn = this.#taker('warn');
  readonly error = this.#taker('error');

  #taker(level: keyof Log): (about: object, message: string) => void {
    return (about, message) => {
      this.entries.push({ level, about, message });
    };
  }
}

/** Time that passes a thousand times faster while somebody waits, and remembers the waits. */
export class HastyTiming implements Timing {
  readonly waits: number[] = [];

  now(): number {
    return systemTiming.now();
  }

  random(): number {
    return 0.5;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.waits.push(ms);
    await systemTiming.sleep(ms / 1000, signal);
  }
}

const PATIENCE_MS = 10_000;

export async function until(what: string, probe: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!probe()) {
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE_MS} ms for ${what}`);
    await sleep(5);
  }
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
