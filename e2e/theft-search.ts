/**
 * @module Looks for values, and pieces of them, in all that a cluster has, and in what Cleat tells of itself.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import type { Operated } from './operated.ts';

/** Of whatever is 11 characters long or longer, one such piece is a part. */
const PIECE = 8;
const STEP = 4;

function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at + PIECE <= text.length; at += STEP) pieces.push(text.slice(at, at + PIECE));
  return pieces;
}

/** Whatever stands before and after it, a text becomes one of three in base64. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'-'.repeat(before)}${text}`)
      .toString('base64')
      .replace(/=+$/, '');
    return encoded.slice(before === 0 ? 0 : 4, -2);
  });
}

/** Plain, in base64, in base64 twice, and in hexadecimal. */
function needlesOf(mark: string): readonly string[] {
  const [plain = ''] = inBase64(mark);
  const forms = [mark, ...inBase64(mark), ...inBase64(plain), Buffer.from(mark).toString('hex')];
  return forms.flatMap(piecesOf).map((piece) => piece.toLowerCase());
}

/** The values that the text has something of, in upper or lower case. */
export function marksIn(text: string, marks: readonly string[]): readonly string[] {
  const haystack = text.toLowerCase();
  return marks.filter((mark) => needlesOf(mark).some((needle) => haystack.includes(needle)));
}

const list = (value: Json | undefined, key: string): readonly JsonObject[] => {
  const found = dig(value, key);
  return isList(found) ? found.filter(isObject) : [];
};

interface Listed {
  readonly path: string;
  readonly kind: string;
}

/** Where everything is listed that an API server has. ComponentStatuses are no objects. */
async function collections({ cluster }: Operated): Promise<readonly Listed[]> {
  const get = async (path: string): Promise<Json> => (await cluster.request('GET', path)).body;
  const groups = list(await get('/apis'), 'groups').flatMap((group) => list(group, 'versions'));
  const roots = ['/api/v1', ...groups.map((version) => `/apis/${textOf(version['groupVersion'])}`)];
  const answers = await Promise.all(
    roots.map(async (root) => ({ root, resources: list(await get(root), 'resources') })),
  );
  return answers.flatMap(({ root, resources }) =>
    resources.flatMap(({ name, kind, verbs }) => {
      const isListed = isList(verbs) && verbs.includes('list') && kind !== 'ComponentStatus';
      return isListed ? [{ path: `${root}/${textOf(name)}`, kind: textOf(kind) }] : [];
    }),
  );
}

export interface Hit {
  /** `Secret mallory/copy`; without a namespace `BindableKinds /bindable-kinds`. */
  readonly where: string;
  readonly marks: readonly string[];
}

/** Everything but what is in the given namespaces. */
export async function search(
  operated: Operated,
  marks: readonly string[],
  besides: readonly string[],
): Promise<readonly Hit[]> {
  const places = await collections(operated);
  const found = await Promise.all(
    places.map(async ({ path, kind }) => {
      const items = list((await operated.cluster.request('GET', path)).body, 'items');
      return items.flatMap((item) => {
        const namespace = textOf(dig(item, 'metadata', 'namespace'));
        if (besides.includes(namespace)) return [];
        const where = `${kind} ${namespace}/${textOf(dig(item, 'metadata', 'name'))}`;
        return [{ where, marks: marksIn(JSON.stringify(item), marks) }];
      });
    }),
  );
  const told = await Promise.all(
    operated.replicas.map(async (replica) => ({
      where: `log of ${replica.name}`,
      marks: marksIn(await readFile(join(operated.cluster.directory, `${replica.name}.log`), 'utf8'), marks),
    })),
  );
  const measured = await Promise.all(
    operated.replicas.map(async (replica) => ({
      where: `metrics of ${replica.name}`,
      marks: marksIn(await replica.metrics(), marks),
    })),
  );
  return [...found.flat(), ...told, ...measured].filter((hit) => hit.marks.length > 0);
}
