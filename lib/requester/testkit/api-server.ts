/**
 * @module What an API server does with the metadata of a custom resource, as far as stamps depend on it. That a real one
 * does so is shown by e2e/requester.test.ts.
 */
import jsonPatch, { type Operation } from 'fast-json-patch';
import { dig, equal, isObject, type JsonObject, withMember, withoutMember } from '../../api/json.ts';
import type { Requester } from '../../api/requester.ts';
import { aReview, merge } from '../../testkit/builders.ts';
import { frozen } from '../../testkit/freeze.ts';
import { type SealKey, stamp, type Stamping } from '../stamp.ts';

export const KEY: Uint8Array = new Uint8Array(32).fill(7);
export const START = Date.UTC(2026, 0, 1, 12);

export const user = (username: string, override: Partial<Requester> = {}): Requester => ({
  username,
  uid: '',
  groups: ['system:authenticated'],
  extra: {},
  ...override,
});
export const ALICE = user('alice');
export const MALLORY = user('mallory');

export const aBinding = (override: JsonObject = {}): JsonObject =>
  merge(
    {
      apiVersion: 'binding.operators.coreos.com/v1alpha1',
      kind: 'ServiceBinding',
      metadata: { name: 'db', namespace: 'shop' },
      spec: {
        services: [{ group: '', version: 'v1', kind: 'Secret', name: 'db', namespace: 'vault' }],
        application: { group: 'apps', version: 'v1', resource: 'deployments', name: 'orders' },
      },
    },
    override,
  );

function patched(object: JsonObject, { review }: Stamping): JsonObject {
  const { patch } = review.response;
  if (patch === undefined) return object;
  const operations: Operation[] = JSON.parse(Buffer.from(patch, 'base64').toString('utf8'));
  return jsonPatch.applyPatch(structuredClone<JsonObject>(object), operations, true).newDocument;
}

const metadataOf = (object: JsonObject): JsonObject => {
  const metadata = dig(object, 'metadata');
  return isObject(metadata) ? metadata : {};
};

export class ApiServer {
  now = START;
  sealKey: SealKey = { key: KEY };
  /** Nobody is asked: the webhook was taken away, for one. */
  isBlind = false;
  /** What other webhooks do after this one, which is then asked again. */
  afterwards: ((object: JsonObject) => JsonObject) | undefined;
  /** The answers, the newest last. */
  readonly answers: Stamping[] = [];
  #births = 0;

  create(by: Requester, sent: JsonObject): JsonObject {
    const object = this.#admit(by, sent, {});
    this.#births += 1;
    const prefix = dig(object, 'metadata', 'generateName');
    const metadata = {
      ...withoutMember(metadataOf(object), 'deletionTimestamp'),
      ...(dig(object, 'metadata', 'name') === undefined
        ? { name: `${String(prefix).slice(0, 58)}x2y4z` }
        : {}),
      uid: `uid-${this.#births}`,
      generation: 1,
      creationTimestamp: new Date(this.now).toISOString().replace('.000Z', 'Z'),
    };
    return frozen(withMember(object, 'metadata', metadata));
  }

  /** `change` is merged into the stored object; null takes an annotation away. */
  update(by: Requester, old: JsonObject, change: JsonObject): JsonObject {
    const metadata = metadataOf(merge(old, change));
    const { annotations = {} } = metadata;
    const present = Object.entries(annotations ?? {}).filter(([, value]) => value !== null);
    return this.replace(by, old, {
      ...merge(old, change),
      metadata: { ...metadata, annotations: Object.fromEntries(present) },
    });
  }

  replace(by: Requester, old: JsonObject, sent: JsonObject): JsonObject {
    const object = this.#admit(by, sent, { operation: 'UPDATE', oldObject: old });
    const { generation, uid = '', creationTimestamp = '' } = metadataOf(old);
    const isChanged = !equal(dig(object, 'spec'), dig(old, 'spec'));
    const metadata = {
      ...metadataOf(object),
      uid,
      creationTimestamp,
      generation: Number(generation) + (isChanged ? 1 : 0),
    };
    return frozen(withMember(object, 'metadata', metadata));
  }

  #admit(by: Requester, sent: JsonObject, request: JsonObject): JsonObject {
    if (this.isBlind) return sent;
    const asked = this.#ask(by, sent, request);
    const changed = this.afterwards?.(asked);
    return changed === undefined ? asked : this.#ask(by, changed, request);
  }

  #ask(by: Requester, object: JsonObject, request: JsonObject): JsonObject {
    const userInfo = { ...by, extra: { ...by.extra } };
    const review = aReview(object, { ...request, userInfo });
    const answer = stamp(frozen(review), this.sealKey, this.now);
    this.answers.push(answer);
    if (!answer.review.response.allowed) throw new Error(answer.review.response.status?.message);
    return patched(object, answer);
  }
}
