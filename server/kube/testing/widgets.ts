/**
 * @module One kind on a fake API server, Widget of example.com/v1 unless told: lists in pages, watches with a history, and
 * faults.
 */
import type { ServerResponse } from 'node:http';
import { isObject, type Json, type JsonObject } from '../../../lib/api/json.ts';
import type { GroupKind } from '../../../lib/api/kinds.ts';
import { aStatus, sendJson, sendStatus, type Exchange } from './fake-api.ts';

export const WIDGET = { group: 'example.com', kind: 'Widget' } as const;

/** A list of one object is asked for the version alone. */
export type Call = 'discovery' | 'list' | 'version' | 'watch';

/** Answers instead of the server; false leaves it to the server. */
export type Fault = (call: Call, exchange: Exchange) => boolean;

interface Change {
  readonly version: number;
  readonly line: string;
}

export class Widgets {
  /** Discovery and collection are there. */
  served = true;
  fault: Fault = () => false;
  /** The queries of the lists and of the watches. */
  readonly lists: URLSearchParams[] = [];
  readonly watches: URLSearchParams[] = [];
  readonly #objects = new Map<string, JsonObject>();
  readonly #history: Change[] = [];
  readonly #watchers = new Set<ServerResponse>();
  #version = 100;
  #forgotten = 0;

  readonly group: string;
  readonly #kind: string;

  constructor({ group, kind }: GroupKind = WIDGET) {
    this.group = group;
    this.#kind = kind;
  }

  readonly route = (exchange: Exchange): void => {
    const call = this.#note(exchange);
    if (this.fault(call, exchange)) return;
    if (!this.served) sendStatus(exchange, 404, { reason: 'NotFound' });
    else if (call === 'discovery') this.#discover(exchange);
    else if (call === 'list' || call === 'version') this.#list(exchange);
    else this.#watch(exchange);
  };

  get watchers(): number {
    return this.#watchers.size;
  }

  get version(): string {
    return String(this.#version);
  }

  put(name: string, { uid = `uid-of-${name}`, ...more }: JsonObject = {}): void {
    const type = this.#objects.has(name) ? 'MODIFIED' : 'ADDED';
    const resourceVersion = String(++this.#version);
    const object = { metadata: { name, namespace: 'shop', uid, resourceVersion }, ...more };
    this.#objects.set(name, object);
    this.#record(type, object);
  }

  remove(name: string): void {
    const object = this.#objects.get(name);
    if (!object) return;
    this.#objects.delete(name);
    const metadata = object['metadata'];
    if (!isObject(metadata)) return;
    const last = { ...metadata, resourceVersion: String(++this.#version) };
    this.#record('DELETED', { ...object, metadata: last });
  }

  /** Tells watchers of the present version without a change; others' objects have moved it on. */
  bookmark(): void {
    this.#version += 10;
    this.write(eventLine('BOOKMARK', this.#typed({ metadata: { resourceVersion: this.version } })));
  }

  /** To all watchers, as it is. */
  write(text: string): void {
    for (const response of this.#watchers) response.write(text);
  }

  /** An ERROR event. */
  error(code: number): void {
    this.write(`${JSON.stringify({ type: 'ERROR', object: aStatus(code) })}\n`);
  }

  /** Ends all watches as a server does whose time is up. */
  end(): void {
    for (const response of this.#watchers) response.end();
    this.#watchers.clear();
  }

  /** Resets the connections of all watches. */
  cut(): void {
    for (const response of this.#watchers) response.socket?.resetAndDestroy();
    this.#watchers.clear();
  }

  /** Forgets all history: a watch from before now is answered by 410. */
  compact(): void {
    this.#forgotten = this.#version;
  }

  /** Goes back to a backup with these objects and no history, of a version long before the present one. */
  restore(...names: readonly string[]): void {
    this.#version = 10;
    this.#history.length = 0;
    this.#objects.clear();
    for (const name of names) this.put(name);
  }

  get #plural(): string {
    return `${this.#kind.toLowerCase()}s`;
  }

  #note({ path, query }: Exchange): Call {
    if (path !== `/apis/${this.group}/v1/${this.#plural}`) return 'discovery';
    if (query.get('limit') === '1') return 'version';
    const call = query.has('watch') ? 'watch' : 'list';
    (call === 'watch' ? this.watches : this.lists).push(query);
    return call;
  }

  #discover(exchange: Exchange): void {
    const root = `/apis/${this.group}`;
    const version = { groupVersion: `${this.group}/v1`, version: 'v1' };
    const resource = {
      name: this.#plural,
      kind: this.#kind,
      namespaced: true,
      verbs: ['get', 'list', 'watch'],
    };
    const answers: Record<string, Json> = {
      [root]: { kind: 'APIGroup', name: this.group, versions: [version], preferredVersion: version },
      [`${root}/v1`]: { kind: 'APIResourceList', resources: [resource] },
    };
    const answer = answers[exchange.path];
    if (answer === undefined) sendStatus(exchange, 404);
    else sendJson(exchange, answer);
  }

  #list(exchange: Exchange): void {
    const from = Number(exchange.query.get('continue') ?? 0);
    const to = from + Number(exchange.query.get('limit') ?? Infinity);
    const all = [...this.#objects.values()];
    const metadata = { resourceVersion: this.version, ...(to < all.length ? { continue: String(to) } : {}) };
    sendJson(exchange, {
      kind: 'WidgetList',
      apiVersion: 'example.com/v1',
      metadata,
      items: all.slice(from, to),
    });
  }

  #watch({ query, response }: Exchange): void {
    const from = Number(query.get('resourceVersion'));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < this.#forgotten) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: aStatus(410, 'Expired') })}\n`);
      return;
    }
    this.#watchers.add(response);
    response.on('close', () => this.#watchers.delete(response));
    for (const { version, line } of this.#history) if (version > from) response.write(line);
  }

  #typed(object: JsonObject): JsonObject {
    return { apiVersion: `${this.group}/v1`, kind: this.#kind, ...object };
  }

  #record(type: string, object: JsonObject): void {
    const line = eventLine(type, this.#typed(object));
    this.#history.push({ version: this.#version, line });
    this.write(line);
  }
}

export function eventLine(type: string, object: JsonObject): string {
  return `${JSON.stringify({ type, object })}\n`;
}
