/**
 * @module From the bytes of a request to JSON.
 */
import { isUtf8 } from 'node:buffer';
import type { Json } from '../../lib/api/json.ts';

export type Body =
  | { readonly ok: true; readonly json: Json }
  | { readonly ok: false; readonly message: string };

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;

const refused = (message: string): Body => ({ ok: false, message });

/**
 * Reads a body. JSON.parse makes a key `__proto__` an ordinary member, which it is: a ConfigMap may have it. Its own
 * messages quote the text, which may hold a Secret, so they are not passed on.
 */
export function readBody(contentType: string | undefined, body: unknown): Body {
  if (!Buffer.isBuffer(body) || body.length === 0) return refused('the body is empty');
  if (contentType === undefined || !JSON_TYPE.test(contentType)) {
    return refused('the Content-Type is not application/json');
  }
  if (!isUtf8(body)) return refused('the body is not UTF-8');
  try {
    const json: Json = JSON.parse(body.toString('utf8'));
    return { ok: true, json };
  } catch {
    return refused('the body is not JSON');
  }
}
