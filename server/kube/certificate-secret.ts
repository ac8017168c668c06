/**
 * @module The Secret with Cleat's own certificates, over the API. Cleat may get and patch it, by its name, and no more.
 */
import { resourceVersionOf } from '../../lib/parse/meta.ts';
import { dig, isObject, textOf, type Json, type JsonObject } from '../../lib/api/json.ts';
import type { CertificateSecret, SecretContent } from '../tls/secret-source.ts';
import { ApiError, hasStatus, TransportError } from './errors.ts';
import type { Transport } from './transport.ts';

export interface CertificateSecretOptions {
  readonly transport: Pick<Transport, 'request'>;
  readonly namespace: string;
  readonly name: string;
}

export class CertificateSecretClient implements CertificateSecret {
  readonly #transport: Pick<Transport, 'request'>;
  readonly #path: string;
  /** The resourceVersion of a Secret that was read without any data: there is no map yet to set an entry in. */
  #bare: string | undefined;

  constructor({ transport, namespace, name }: CertificateSecretOptions) {
    this.#transport = transport;
    this.#path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
  }

  async read(): Promise<SecretContent | undefined> {
    const secret = await this.#get();
    if (secret === undefined) return undefined;
    const resourceVersion = resourceVersionOf(secret);
    if (resourceVersion === '') {
      throw new TransportError('unreadable', `GET ${this.#path}: the answer is no Secret`);
    }
    const data = dig(secret, 'data');
    this.#bare = isObject(data) ? undefined : resourceVersion;
    return { data: isObject(data) ? decoded(data) : {}, resourceVersion };
  }

  async write(
    data: Readonly<Record<string, string>>,
    resourceVersion: string,
  ): Promise<'written' | 'conflict'> {
    const map = resourceVersion === this.#bare ? [{ op: 'add', path: '/data', value: {} }] : [];
    const entries = Object.entries(data).map(([name, text]) => ({
      op: 'add', // replaces what is there
      path: `/data/${pointerToken(name)}`,
      value: Buffer.from(text).toString('base64'),
    }));
    // A failing `test` would be a 422; this makes a Secret that changed since a 409.
    const version = { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion };
    return await this.#patch([version, ...map, ...entries]);
  }

  async #get(): Promise<Json | undefined> {
    try {
      return await this.#transport.request('GET', this.#path);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async #patch(body: readonly JsonObject[]): Promise<'written' | 'conflict'> {
    try {
      await this.#transport.request('PATCH', this.#path, {
        body,
        contentType: 'application/json-patch+json',
      });
      return 'written';
    } catch (error) {
      if (hasStatus(error, 409)) return 'conflict';
      throw error instanceof ApiError ? this.#withoutText(error) : error;
    }
  }

  /** Whoever refuses the patch, a policy of the cluster for one, may quote it: its text goes nowhere, nor as a cause. */
  #withoutText({ status, reason }: ApiError): ApiError {
    return new ApiError({ status, reason, message: `PATCH ${this.#path}: HTTP ${status} ${reason}`.trim() });
  }
}

function decoded(data: JsonObject): Record<string, string> {
  const entries = Object.entries(data).map(([name, value]): [string, string] => [
    name,
    Buffer.from(textOf(value), 'base64').toString('utf8'),
  ]);
  return Object.fromEntries(entries);
}

function pointerToken(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
