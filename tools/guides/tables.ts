/**
 * @module Tables of what an annotation, a naming strategy or a mapping gives. Each row is tried on the example above it.
 */
import { dig, isList, isObject, type JsonObject, textOf, withMember } from '../../lib/api/json.ts';
import { isBindingKind } from '../../lib/binding/read.ts';
import { typeOf } from '../../lib/parse/meta.ts';
import { entriesOf, type Outcome, outcomeOf, textsOf } from './world.ts';

export type Subject = 'annotation' | 'strategy' | 'mapping';

export interface Row {
  readonly subject: Subject;
  /** What is tried. */
  readonly given: string;
  /** What the page says of it: entries, `nothing`, or `fails:` with words of the message. */
  readonly gives: readonly string[];
  readonly fails: boolean;
  readonly at: number;
}

const SUBJECTS: ReadonlyMap<string, Subject> = new Map([
  ['annotation', 'annotation'],
  ['strategy', 'strategy'],
  ['mapping', 'mapping'],
]);

/** The texts in backquotes; a pipe within a table is written with a backslash. */
function codesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`` ?(.+?) ?``|`([^`]+)`/g)].map(([, long, short]) =>
    (long ?? short ?? '').replaceAll(String.raw`\|`, '|'),
  );
}

const cellsOf = (line: string): readonly string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

/** The rows of all tables whose head names something that can be tried. */
export function rowsOf(page: string): readonly Row[] {
  const rows: Row[] = [];
  let subject: Subject | undefined;
  let at = 0;
  for (const line of page.split('\n')) {
    at += line.length + 1;
    if (!line.startsWith('|')) {
      subject = undefined;
      continue;
    }
    const [given = '', gives = ''] = cellsOf(line);
    if (gives === 'gives') subject = SUBJECTS.get(given);
    else if (subject !== undefined && !given.startsWith('-')) {
      const fails = gives.startsWith('fails');
      rows.push({ subject, given: codesIn(given)[0] ?? '', gives: codesIn(gives), fails, at });
    }
  }
  return rows;
}

const merge = (object: JsonObject, member: string, more: JsonObject): JsonObject => {
  const before = dig(object, member);
  return withMember(object, member, { ...(isObject(before) ? before : {}), ...more });
};

/** The example with what the row is about. */
function applied(objects: readonly JsonObject[], { subject, given }: Row): readonly JsonObject[] {
  const binding = objects.find((object) => isBindingKind(typeOf(object)));
  const services = dig(binding, 'spec', 'services');
  const service = isList(services) ? services[0] : dig(binding, 'spec', 'service');
  return objects.map((object) => {
    if (object === binding) {
      if (subject === 'strategy') return merge(object, 'spec', { namingStrategy: given });
      return subject === 'mapping'
        ? merge(object, 'spec', { mappings: [{ name: 'result', value: given }] })
        : object;
    }
    const isService =
      object['kind'] === dig(service, 'kind') && dig(object, 'metadata', 'name') === dig(service, 'name');
    if (subject !== 'annotation' || !isService) return object;
    const colon = given.indexOf(': ');
    return merge(object, 'metadata', { annotations: { [given.slice(0, colon)]: given.slice(colon + 2) } });
  });
}

function entriesIn({ objects, result }: Outcome): ReadonlyMap<string, string> {
  const [binding] = result.bindings;
  const name = textOf(dig(binding?.status, 'secret')) || textOf(dig(binding?.status, 'binding', 'name'));
  const secret = objects.find(
    (object) => object['kind'] === 'Secret' && dig(object, 'metadata', 'name') === name,
  );
  return secret === undefined ? new Map() : entriesOf(secret);
}

/** What comes of the row, in the words that the page uses. */
export function triedOn(objects: readonly JsonObject[], row: Row): readonly string[] {
  const outcome = outcomeOf(applied(objects, row));
  if (row.fails) return textsOf(outcome);
  const entries = entriesIn(outcome);
  if (row.subject === 'mapping') return [entries.get('result') ?? ''];
  if (row.subject === 'strategy') return [...entries.keys()].sort();
  return [...entries].map(([name, value]) => `${name}=${value}`).sort();
}
