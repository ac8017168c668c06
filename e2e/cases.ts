/**
 * @module The contract cases: in each folder of `cases/<API>`, what is given and what is expected of it. Expected is, to
 * the byte, what `cleat inject --changed` prints: workloads bound, bindings with their status, and the Secrets that are
 * made. The comment at the top of what is given says what it shows.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dig, type JsonObject } from '../lib/api/json.ts';
import { isBindingKind } from '../lib/binding/read.ts';
import { inject } from '../lib/index.ts';
import { identityOf } from '../lib/parse/meta.ts';
import { type Ran, runInject } from '../server/commands/testkit/run.ts';
import { parseManifest } from './cluster/manifest.ts';

const FOLDER = new URL('cases/', import.meta.url);

/** What decides how workloads are bound, and is none itself. */
const WORLD_KINDS: ReadonlySet<string> = new Set([
  'ClusterApplicationResourceMapping',
  'ClusterServiceVersion',
  'ClusterWorkloadResourceMapping',
  'ConfigMap',
  'CustomResourceDefinition',
  'Secret',
]);

export interface Case {
  /** The folder of the API that it is about. */
  readonly api: string;
  readonly name: string;
  /** What it shows, with the IDs of the requirements. */
  readonly title: string;
  /** The path of what is given. */
  readonly path: string;
  readonly given: readonly JsonObject[];
  /** What is printed; undefined if nobody has written it yet. */
  readonly text: string | undefined;
  readonly expected: readonly JsonObject[];
  /** Why it cannot be driven on a cluster: what `not-on-a-cluster` in its folder says. */
  readonly elsewhere: string | undefined;
}

export const isBinding = (object: JsonObject): boolean => {
  const identity = identityOf(object);
  return identity !== undefined && isBindingKind(identity);
};

/** Bound things, and services: whatever the webhook may be asked about. */
export const isWorkload = (object: JsonObject): boolean =>
  !isBinding(object) && !WORLD_KINDS.has(String(object['kind']));

export function keyOf(object: JsonObject): string {
  const { group, kind, namespace, name } = identityOf(object) ?? {};
  return [group, kind, namespace, name].join('/');
}

/** Whether every binding that is expected says that it is ready. */
export function isReady({ given, expected }: Case): boolean {
  const bindings = given.filter((object) => isBinding(object) && !isLeaving(object));
  const after = new Map(expected.map((object) => [keyOf(object), object]));
  return bindings.every((binding) => {
    const conditions = dig(after.get(keyOf(binding)) ?? binding, 'status', 'conditions');
    return JSON.stringify(conditions ?? []).includes('"type":"Ready","status":"True"');
  });
}

const isLeaving = (object: JsonObject): boolean => dig(object, 'metadata', 'deletionTimestamp') !== undefined;

async function readCase(api: string, name: string): Promise<Case> {
  const place = `${api}/${name}`;
  const url = new URL(`${place}/given.yaml`, FOLDER);
  const given = await readFile(url, 'utf8');
  const title = /^# (.+)\n/.exec(given)?.[1];
  if (title === undefined) throw new Error(`${place}: the first line of given.yaml says what the case shows`);
  const [text, elsewhere] = await Promise.all(
    ['expected.yaml', 'not-on-a-cluster'].map(
      async (file) => await readFile(new URL(`${place}/${file}`, FOLDER), 'utf8').catch(() => undefined),
    ),
  );
  return {
    api,
    name,
    title,
    path: url.pathname,
    given: parseManifest(given, place),
    text,
    expected: parseManifest(text ?? '', place),
    elsewhere: elsewhere?.trim(),
  };
}

/** What becomes of the objects, where nothing is said of one: nothing. */
export function afterwards({ given, expected }: Case): readonly JsonObject[] {
  const after = new Map(expected.map((object) => [keyOf(object), object]));
  return given.map((object) => after.get(keyOf(object)) ?? object);
}

/** All of them: no folder can be forgotten. */
export async function readCases(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const api of (await readdir(FOLDER)).sort()) {
    const names = (await readdir(new URL(`${api}/`, FOLDER))).sort();
    cases.push(...(await Promise.all(names.map((name) => readCase(api, name)))));
  }
  return cases;
}

/** What of a case changes, and what is made, as `inject` has it. */
export function injected({ given }: Case): readonly JsonObject[] {
  return inject({ objects: given }).objects.flatMap(({ before, after, secret }) => [
    ...(before === after ? [] : [after]),
    ...(secret === undefined ? [] : [secret]),
  ]);
}

/** The same as the command prints it. */
export const printed = ({ path }: Case): Promise<Ran> => runInject({ changed: true, filename: [path] });

/** Writes what is expected anew. For `make update-golden` only: read the difference before you commit it. */
export async function updateCases(): Promise<void> {
  for (const each of await readCases()) {
    const { stdout } = await printed(each);
    await writeFile(new URL(`${each.api}/${each.name}/expected.yaml`, FOLDER), stdout);
  }
}

if (import.meta.main) await updateCases();
