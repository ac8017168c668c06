import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import { readBinding } from '../binding/read.ts';
import { labelsOf, typeOf } from '../parse/meta.ts';
import { decideIntents, projectedUids } from '../resolve/intents.ts';
import { mappingName } from '../resolve/lister.ts';
import { frozen } from '../testkit/freeze.ts';
import { aStore } from '../testkit/world.ts';
import { applyIntents } from './project.ts';

/** One projection by servicebinding/runtime: workload and bindings in, `want` out. */
interface Recorded {
  readonly case: string;
  readonly workload: JsonObject;
  readonly bindings: readonly JsonObject[];
  readonly mapping: JsonObject | null;
  readonly resource: { readonly group: string; readonly resource: string };
  readonly want: JsonObject;
}

const CASES: readonly Recorded[] = gunzipSync(
  readFileSync(new URL('testdata/runtime-cases.jsonl.gz', import.meta.url)),
)
  .toString('utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => frozen(JSON.parse(line) as Recorded));

/** servicebinding/runtime drops the empty value of a user's variable on its way through Go's types; Cleat keeps it. */
const isLost = (key: string, value: Json): boolean => key === 'value' && value === '';

/** Without empty maps and lists, and without the annotations that Cleat adds to the workload's own metadata. */
function comparable(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map((item) => comparable(item) ?? {});
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const isOurs = key.startsWith('projector.cleat.dev/') || isLost(key, member);
    const kept = isOurs ? undefined : comparable(member);
    return kept === undefined ? [] : [[key, kept]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function project({ workload, bindings, mapping, resource }: Recorded): JsonObject {
  const store = aStore(bindings);
  const metadata = workload['metadata'] as JsonObject;
  const identity = {
    ...typeOf(workload),
    namespace: String(metadata['namespace']),
    name: String(metadata['name']),
    labels: labelsOf(workload),
  };
  const { group, resource: plural } = resource;
  const name = mappingName({ group, plural });
  if (mapping !== null) store.upsert({ ...mapping, metadata: { name } });
  const intents = decideIntents(identity, { group, plural }, projectedUids(workload), store);
  return applyIntents({ workload, version: typeOf(workload).version }, intents).workload;
}

describe('projections recorded from servicebinding/runtime', () => {
  it('are 200', () => assert.equal(CASES.length, 200));

  for (const recorded of CASES) {
    it(`${recorded.case} comes out equal`, () => {
      for (const binding of recorded.bindings) assert.equal(readBinding(binding).ok, true);
      assert.deepEqual(comparable(project(recorded)), comparable(recorded.want));
    });
  }
});
