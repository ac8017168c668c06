/**
 * @module What a container finds when it runs: its variables and its files, as a kubelet would give them.
 */
import assert from 'node:assert/strict';
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../../lib/api/json.ts';

type Entries = ReadonlyMap<string, string>;

/** The entries of the Secret of that name. */
export type SecretNamed = (name: string) => Entries;

const listAt = (value: Json | undefined, ...keys: readonly string[]): readonly Json[] => {
  const list = dig(value, ...keys);
  return isList(list) ? list : [];
};

const named = (list: readonly Json[], name: string): Json | undefined =>
  list.find((entry) => dig(entry, 'name') === name);

interface PodTemplate {
  readonly annotations: Json | undefined;
  readonly spec: JsonObject;
}

/** Of a Pod, of a CronJob, or of anything that has it where a Deployment does. */
function podTemplateOf(workload: JsonObject): PodTemplate | undefined {
  const places = [['spec', 'template'], ['spec', 'jobTemplate', 'spec', 'template'], []];
  for (const place of places) {
    const template = dig(workload, ...place);
    const spec = dig(template, 'spec');
    if (isObject(spec) && isList(spec['containers']))
      return { annotations: dig(template, 'metadata', 'annotations'), spec };
  }
  return undefined;
}

export const hasContainers = (object: JsonObject): boolean => podTemplateOf(object) !== undefined;

function annotationAt(template: PodTemplate, fieldPath: string): string {
  const [, key = ''] = /^metadata\.annotations\['(.*)'\]$/.exec(fieldPath) ?? [];
  return textOf(dig(template.annotations, key));
}

function entryOf(entries: Entries, key: string): string {
  const value = entries.get(key);
  assert.ok(value !== undefined, `the Secret has no entry ${key}`);
  return value;
}

function variablesOf(container: Json, template: PodTemplate, secret: SecretNamed): Entries {
  const variables = new Map<string, string>();
  for (const source of listAt(container, 'envFrom'))
    for (const [name, value] of secret(textOf(dig(source, 'secretRef', 'name')))) variables.set(name, value);
  for (const entry of listAt(container, 'env')) {
    const key = dig(entry, 'valueFrom', 'secretKeyRef', 'key');
    const fieldPath = dig(entry, 'valueFrom', 'fieldRef', 'fieldPath');
    const from = textOf(dig(entry, 'valueFrom', 'secretKeyRef', 'name'));
    const value =
      typeof key === 'string'
        ? entryOf(secret(from), key)
        : typeof fieldPath === 'string'
          ? annotationAt(template, fieldPath)
          : textOf(dig(entry, 'value'));
    variables.set(textOf(dig(entry, 'name')), value);
  }
  return variables;
}

/** Without items, each entry is a file. */
function filesOfSecret(source: Json, entries: Entries): Entries {
  const items = listAt(source, 'items');
  if (items.length === 0) return entries;
  return new Map(
    items.map((item) => [textOf(dig(item, 'path')), entryOf(entries, textOf(dig(item, 'key')))] as const),
  );
}

function filesOfVolume(volume: Json | undefined, template: PodTemplate, secret: SecretNamed): Entries {
  const plain = dig(volume, 'secret');
  if (isObject(plain)) return filesOfSecret(plain, secret(textOf(plain['secretName'])));
  const sources = listAt(volume, 'projected', 'sources').flatMap((source) => {
    const own = dig(source, 'secret');
    if (isObject(own)) return [...filesOfSecret(own, secret(textOf(own['name'])))];
    return listAt(source, 'downwardAPI', 'items').map(
      (item) =>
        [
          textOf(dig(item, 'path')),
          annotationAt(template, textOf(dig(item, 'fieldRef', 'fieldPath'))),
        ] as const,
    );
  });
  return new Map(sources);
}

/** Files as `path: content`, variables as `NAME=value`; sorted, files first. */
export function seenIn(workload: JsonObject, container: string | undefined, secret: SecretNamed): string[] {
  const template = podTemplateOf(workload);
  assert.ok(template, 'it has no containers');
  const { spec } = template;
  const all = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
  const found = container === undefined ? all[0] : named(all, container);
  assert.ok(found !== undefined, `there is no container ${container}`);
  const files = listAt(found, 'volumeMounts').flatMap((mount) => {
    const volume = named(listAt(spec, 'volumes'), textOf(dig(mount, 'name')));
    const directory = textOf(dig(mount, 'mountPath')).replace(/\/$/, '');
    return [...filesOfVolume(volume, template, secret)].map(
      ([name, text]) => `${directory}/${name}: ${text}`,
    );
  });
  const variables = [...variablesOf(found, template, secret)].map(([name, value]) => `${name}=${value}`);
  return [...files.sort(), ...variables.sort()];
}
