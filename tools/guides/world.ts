/**
 * @module The objects of an example, and what becomes of them.
 */
import assert from 'node:assert/strict';
import { parseAllDocuments } from 'yaml';
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';
import { isBindingKind } from '../../lib/binding/read.ts';
import { decodeBase64 } from '../../lib/generate/base64.ts';
import { inject, type InjectResult } from '../../lib/inject/inject.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import { hasContainers, seenIn } from './container.ts';

/** All documents of a block. */
export function objectsIn(text: string): readonly JsonObject[] {
  return parseAllDocuments(text).map((document) => {
    assert.deepEqual(document.errors, []);
    const object: Json = document.toJS();
    assert.ok(isObject(object), 'a document is no object');
    return object;
  });
}

export interface Outcome {
  /** All that comes out, the Secrets that are made among them. */
  readonly objects: readonly JsonObject[];
  readonly result: InjectResult;
}

export function outcomeOf(objects: readonly JsonObject[]): Outcome {
  const result = inject({ objects });
  return {
    result,
    objects: result.objects.flatMap(({ after, secret }) =>
      secret === undefined ? [after] : [after, secret],
    ),
  };
}

const nameOf = (object: JsonObject): string => textOf(dig(object, 'metadata', 'name'));

/** What is shown is there: objects may have more members, lists are shown whole. `…` in a text is anything. */
export function differenceOf(shown: Json, there: Json | undefined, path = ''): string | undefined {
  if (isObject(shown)) {
    for (const [key, member] of Object.entries(shown)) {
      const problem = differenceOf(member, dig(there, key), `${path}.${key}`);
      if (problem !== undefined) return problem;
    }
    return isObject(there) ? undefined : `${path} is ${JSON.stringify(there)}`;
  }
  if (isList(shown)) {
    if (!isList(there) || there.length !== shown.length) return `${path} is ${JSON.stringify(there)}`;
    return shown.map((item, index) => differenceOf(item, there[index], `${path}[${index}]`)).find(Boolean);
  }
  const isSame = typeof shown === 'string' ? matches(shown, textOf(there)) : shown === there;
  return isSame ? undefined : `${path} is ${JSON.stringify(there)}`;
}

/** `…` stands for any text. */
export function matches(shown: string, there: string): boolean {
  const parts = shown.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^]*')}$`).test(there);
}

/** The object of that kind and name. */
export function find({ objects }: Outcome, shown: JsonObject): JsonObject {
  const isIt = (object: JsonObject): boolean =>
    object['kind'] === shown['kind'] &&
    matches(nameOf(shown), nameOf(object)) &&
    (shown['apiVersion'] === undefined || shown['apiVersion'] === object['apiVersion']);
  const object = objects.find(isIt);
  assert.ok(object, `there is no ${textOf(shown['kind'])} ${nameOf(shown)}`);
  return object;
}

/** The entries of a Secret, whether it was given or made. */
export function entriesOf(secret: JsonObject): ReadonlyMap<string, string> {
  const [data, texts] = [dig(secret, 'data'), dig(secret, 'stringData')];
  return new Map([
    ...Object.entries(isObject(data) ? data : {}).map(([key, value]) => {
      const bytes = decodeBase64(textOf(value));
      return [key, new TextDecoder().decode(bytes)] as const;
    }),
    ...Object.entries(isObject(texts) ? texts : {}).map(([key, value]) => [key, textOf(value)] as const),
  ]);
}

/** By default of the first workload, and in it of the first container. */
export function seen(outcome: Outcome, workload?: string, container?: string): readonly string[] {
  const object = outcome.objects.find(
    (each) => hasContainers(each) && (workload === undefined || nameOf(each) === workload),
  );
  assert.ok(object, `there is no workload ${workload ?? ''}`);
  const namespace = dig(object, 'metadata', 'namespace');
  return seenIn(object, container, (name) => {
    const secret = outcome.objects.find(
      (each) =>
        each['kind'] === 'Secret' &&
        nameOf(each) === name &&
        dig(each, 'metadata', 'namespace') === namespace,
    );
    assert.ok(secret, `there is no Secret ${name}`);
    return entriesOf(secret);
  });
}

const conditionOf = (binding: JsonObject, type: string): Json | undefined => {
  const conditions = dig(binding, 'status', 'conditions');
  return isList(conditions) ? conditions.find((condition) => dig(condition, 'type') === type) : undefined;
};

/** The name, the Secret, Ready and its reason of each binding. */
export function readyRows({ objects }: Outcome): readonly (readonly string[])[] {
  return objects
    .filter((object) => isBindingKind(typeOf(object)))
    .map((binding) => {
      const ready = conditionOf(binding, 'Ready');
      const secret =
        textOf(dig(binding, 'status', 'binding', 'name')) || textOf(dig(binding, 'status', 'secret'));
      return [nameOf(binding), secret, textOf(dig(ready, 'status')), textOf(dig(ready, 'reason'))];
    });
}

/** All that people read. */
export function textsOf({ result }: Outcome): readonly string[] {
  return [...result.bindings.map(({ message }) => message), ...result.warnings];
}
