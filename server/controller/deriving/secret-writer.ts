/**
 * @module Writes the Secrets that are made for bindings. One of the wanted name that was not made for the binding is never
 * used, and never overwritten.
 */
import { resourceVersionOf } from '../../../lib/parse/meta.ts';
import { dig, equal, type Json, type JsonObject, textOf } from '../../../lib/api/json.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import type { Generated } from '../../../lib/generate/generation.ts';
import { isFormerSecret, isOwnSecret, ownersOf, secretObject } from '../../../lib/generate/secret-object.ts';
import { message } from '../../../lib/message/texts.ts';
import type { AccessChecker } from '../../kube/access.ts';
import { ApiError, hasStatus, isPassing } from '../../kube/errors.ts';
import type { ObjectClient } from '../object-client.ts';
import { describeRefusal } from '../refusal.ts';
import { redacted } from './redaction.ts';

const SECRETS = { group: '', version: 'v1', plural: 'secrets' };
/** What it takes to make a Secret, and to keep it as it should be. */
const VERBS = ['get', 'create', 'patch'] as const;

export type Made = Extract<Generated, { readonly outcome: 'make' }>;

export type Written =
  | { readonly ok: true; readonly resourceVersion: string }
  /** What stands in the way, and what to do; `denied` where nobody tells when it does not any more. */
  | { readonly ok: false; readonly problem: string; readonly denied: boolean };

const written = (secret: JsonObject): Written => ({
  ok: true,
  resourceVersion: resourceVersionOf(secret),
});

const refused = (data: {
  readonly namespace: string;
  readonly name: string;
  readonly problem: string;
}): string =>
  `the API server refuses the Secret ${data.namespace}/${data.name} of the binding: ${data.problem}; change the quota, policy or webhook that forbids it, or what the binding collects`;

export class SecretWriter {
  readonly #client: ObjectClient;
  readonly #access: Pick<AccessChecker, 'allowed'>;

  constructor(client: ObjectClient, access: Pick<AccessChecker, 'allowed'>) {
    this.#client = client;
    this.#access = access;
  }

  /** Writes nothing if it is there as it should be. Throws what passes by itself, and where the namespace is gone. */
  async ensure(binding: Binding, made: Made): Promise<Written> {
    try {
      const there = await this.#find(binding.namespace, made.name);
      if (there === undefined) return await this.#create(binding, made);
      return await this.#check(binding, made, there);
    } catch (error) {
      const isLasting = error instanceof ApiError && !isPassing(error) && !hasStatus(error, 404, 410);
      if (!isLasting) throw error;
      return { ok: false, problem: await this.#problemOf(error, binding, made), denied: true };
    }
  }

  /** Quotas, policies and webhooks say 403 as those do who grant rights, and what to do is another thing. */
  async #problemOf(error: ApiError, { namespace }: Binding, { name, data }: Made): Promise<string> {
    if (error.status === 403 && !(await this.#mayWrite(namespace)))
      return message('secretWriteForbidden', { namespace });
    return refused({ namespace, name, problem: describeRefusal(error, (text) => redacted(text, data)) });
  }

  async #mayWrite(namespace: string): Promise<boolean> {
    const answers = await Promise.all(
      VERBS.map(
        async (verb) => await this.#access.allowed({ group: '', resource: 'secrets', verb, namespace }),
      ),
    );
    return answers.every((allowed) => allowed);
  }

  async #find(namespace: string, name: string): Promise<JsonObject | undefined> {
    try {
      return await this.#client.get({ resource: SECRETS, namespace, name });
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async #create(binding: Binding, made: Made): Promise<Written> {
    const place = { resource: SECRETS, namespace: binding.namespace };
    return written(await this.#client.create(place, secretObject(binding, made)));
  }

  /** The name tells the content: whoever changed it since is undone. */
  async #check(binding: Binding, made: Made, there: JsonObject): Promise<Written> {
    const { namespace } = binding;
    const data = Object.fromEntries(made.data);
    const isSame = equal(dig(there, 'data') ?? {}, data) && dig(there, 'type') === made.type;
    if (isSame && isFormerSecret(there, binding))
      return await this.#patch(there, { path: '/metadata/ownerReferences', value: ownersOf(binding) });
    if (!isOwnSecret(there, binding))
      return {
        ok: false,
        problem: message('secretNameTaken', { namespace, name: made.name }),
        denied: false,
      };
    return isSame ? written(there) : await this.#patch(there, { path: '/data', value: data });
  }

  /** As it was read: whoever has changed it since was not seen. */
  async #patch(there: JsonObject, change: { readonly path: string; readonly value: Json }): Promise<Written> {
    const metadata = dig(there, 'metadata');
    const [namespace, name] = [textOf(dig(metadata, 'namespace')), textOf(dig(metadata, 'name'))];
    const version = textOf(dig(metadata, 'resourceVersion'));
    const place = { resource: SECRETS, namespace, name };
    return written(await this.#client.patch(place, [{ op: 'add', ...change }], version));
  }
}
