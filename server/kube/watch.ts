/**
 * @module Watches: the request, and the events that come line by line.
 */
import { dig, isObject, own, type Json, type JsonObject } from '../../lib/api/json.ts';
import { pathOf, type ApiResource } from './discovery.ts';
import type { Query, Transport } from './transport.ts';
import { apiErrorFromStatus, TransportError } from './errors.ts';

export interface WatchOptions {
  /** From where. */
  readonly resourceVersion: string;
  /** After which the server ends the watch. */
  readonly seconds: number;
  /** Silence for so long beyond that end means that nobody is there. */
  readonly silenceMs: number;
  readonly query?: Query | undefined;
  /** Another form of the objects than the whole ones. */
  readonly accept?: string | undefined;
  readonly signal: AbortSignal;
}

/** The lines of a watch, for {@link parseWatchEvent}. Fulfilled once the server has accepted. */
export async function openWatch(
  transport: Pick<Transport, 'stream'>,
  resource: ApiResource,
  { resourceVersion, seconds: timeoutSeconds, silenceMs, query, accept, signal }: WatchOptions,
): Promise<AsyncIterable<string>> {
  return await transport.stream(pathOf(resource), {
    query: { ...query, watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds },
    signal,
    ...(accept === undefined ? {} : { accept }),
    inactivityMs: timeoutSeconds * 1000 + silenceMs,
  });
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: JsonObject;
  /** From where a watch can go on after this event. */
  readonly resourceVersion: string | undefined;
}

/** An ERROR event is thrown, as the ApiError that it holds. So is a line that is no event, as a TransportError. */
export function parseWatchEvent(line: string): WatchEvent {
  const event = parse(line);
  const type = dig(event, 'type');
  const object = dig(event, 'object');
  switch (type) {
    case 'ERROR':
      throw apiErrorFromStatus('watch', object);
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK': {
      if (!isObject(object)) break;
      const version = dig(own(object, 'metadata'), 'resourceVersion');
      return {
        type,
        object,
        resourceVersion: typeof version === 'string' && version !== '' ? version : undefined,
      };
    }
    default:
  }
  throw new TransportError('unreadable', 'watch: a line that is no event');
}

function parse(line: string): Json {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new TransportError('unreadable', 'watch: a line that is no JSON', { cause: error });
  }
}
