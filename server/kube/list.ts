/**
 * @module Lists, in pages each small enough to be parsed in one go.
 */
import { dig, isObject, type Json, type JsonObject } from '../../lib/api/json.ts';
import { pathOf, type ApiResource } from './discovery.ts';
import { TransportError } from './errors.ts';
import type { Inventory } from './inventory.ts';
import type { Slicer } from './timing.ts';
import type { Query, Transport } from './transport.ts';

export interface Page {
  readonly items: readonly JsonObject[];
  /** Of the list: a watch from here misses nothing. */
  readonly resourceVersion: string;
}

export interface ListOptions {
  readonly query?: Query | undefined;
  readonly signal: AbortSignal;
  /** For one page. */
  readonly timeoutMs: number;
  /** Another form of the objects than the whole ones. */
  readonly accept?: string | undefined;
  /** How the answers are read; as JSON.parse does unless told. */
  readonly parse?: ((text: string) => Json) | undefined;
  /** Objects on the first page, before their size is known; 50 unless told. */
  readonly firstLimit?: number | undefined;
}

/**
 * Lists everything into the inventory, and removes from it what the list does not have. Returns the resourceVersion from
 * which a watch goes on.
 */
export async function listInto(
  inventory: Inventory,
  resource: ApiResource,
  { transport, slicer, ...options }: ListOptions & { transport: Pick<Transport, 'read'>; slicer: Slicer },
): Promise<string> {
  let version = '';
  inventory.beginList();
  for await (const page of pagesOf(transport, pathOf(resource), options)) {
    version = page.resourceVersion;
    for (const item of page.items) {
      inventory.put(resource, item);
      if (slicer.spent) await slicer.giveWay();
      options.signal.throwIfAborted();
    }
  }
  await inventory.removeUnlisted(slicer);
  return version;
}

/** JSON.parse does some 100 MB/s, so this takes it about 4 ms. */
const PAGE_BYTES = 384 * 1024;
const FIRST_LIMIT = 50;
const LARGEST_LIMIT = 500;

/**
 * All objects at one moment. An expired `continue` token shows as an ApiError 410: the caller starts over, for the
 * pages so far belong to a moment that the API server has forgotten.
 */
export async function* pagesOf(
  transport: Pick<Transport, 'read'>,
  path: string,
  { query, signal, timeoutMs, accept, parse, firstLimit = FIRST_LIMIT }: ListOptions,
): AsyncGenerator<Page, void, undefined> {
  let limit = firstLimit;
  let next: string | undefined;
  do {
    const text = await transport.read('GET', path, {
      query: { ...query, limit, continue: next },
      signal,
      timeoutMs,
      ...(accept === undefined ? {} : { accept }),
    });
    const list = parsed(path, text, parse);
    const items = itemsOf(path, list);
    yield { items, resourceVersion: versionOf(path, list) };
    const token = dig(list, 'metadata', 'continue');
    next = typeof token === 'string' && token !== '' ? token : undefined;
    limit = nextLimit(limit, items.length, text.length);
  } while (next !== undefined);
}

/** The resourceVersion that the cluster has come to. */
export async function currentVersion(
  transport: Pick<Transport, 'read'>,
  path: string,
  { query, signal, timeoutMs, accept }: ListOptions,
): Promise<string> {
  const text = await transport.read('GET', path, {
    query: { ...query, limit: 1 },
    signal,
    timeoutMs,
    ...(accept === undefined ? {} : { accept }),
  });
  return versionOf(path, parsed(path, text));
}

/** As many as fit, going by the size of those just seen; growing by steps, since the next ones may be larger. */
export function nextLimit(limit: number, items: number, bytes: number): number {
  const fitting = items === 0 ? limit : Math.floor((PAGE_BYTES * items) / bytes);
  return Math.max(1, Math.min(fitting, limit * 4, LARGEST_LIMIT));
}

function plainly(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

function parsed(path: string, text: string, parse = plainly): Json {
  try {
    return parse(text);
  } catch (error) {
    throw new TransportError('unreadable', `list ${path}: the answer is no JSON`, { cause: error });
  }
}

function itemsOf(path: string, list: Json): readonly JsonObject[] {
  const items = dig(list, 'items');
  if (items === null) return []; // what Go makes of no items
  if (Array.isArray(items)) return items.filter(isObject);
  throw new TransportError('unreadable', `list ${path}: the answer is no list`);
}

function versionOf(path: string, list: Json): string {
  const version = dig(list, 'metadata', 'resourceVersion');
  if (typeof version === 'string' && version !== '') return version;
  throw new TransportError('unreadable', `list ${path}: the answer has no resourceVersion`);
}
