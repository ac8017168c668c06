/**
 * @module One line of a watch.
 */
import { dig, isObject, own, type Json, type JsonObject } from '../../lib/api/json.ts';
import { apiErrorFromStatus, TransportError } from './errors.ts';

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
