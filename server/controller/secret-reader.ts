/**
 * @module Which entries a Secret has, where Cleat may read it. Core operation needs no user's Secret: this is only to tell
 * in a condition what would otherwise show when a Pod fails to start. Values are dropped before anything else sees them.
 */
import { dig, isObject, type Json } from '../../lib/api/json.ts';
import type { SecretContent } from '../../lib/reconcile/secret-content.ts';
import type { AccessChecker } from '../kube/access.ts';
import { hasStatus } from '../kube/errors.ts';
import type { Transport } from '../kube/transport.ts';

const UNREAD: SecretContent = { read: false };

export class SecretReader {
  readonly #transport: Pick<Transport, 'request'>;
  readonly #access: Pick<AccessChecker, 'allowed'>;

  constructor(transport: Pick<Transport, 'request'>, access: Pick<AccessChecker, 'allowed'>) {
    this.#transport = transport;
    this.#access = access;
  }

  /** Throws what passes by itself, such as an API server that is away. */
  async read(namespace: string, name: string): Promise<SecretContent> {
    if (!(await this.#mayRead(namespace))) return UNREAD;
    try {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
      return { read: true, keys: keysOf(await this.#transport.request('GET', path)) };
    } catch (error) {
      // 400: what is no name is the name of no Secret.
      if (hasStatus(error, 400, 404)) return { read: true, keys: undefined };
      if (hasStatus(error, 403)) return UNREAD;
      throw error;
    }
  }

  /** Once for all namespaces, if the right is granted so: then no namespace has to be asked for. */
  async #mayRead(namespace: string): Promise<boolean> {
    const question = { group: '', resource: 'secrets', verb: 'get' };
    return (await this.#access.allowed(question)) || (await this.#access.allowed({ ...question, namespace }));
  }
}

function keysOf(secret: Json): ReadonlySet<string> {
  const data = dig(secret, 'data');
  return new Set(isObject(data) ? Object.keys(data) : []);
}
