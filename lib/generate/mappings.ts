/**
 * @module Items that the binding itself computes, each with a template over the services and their items.
 */
import type { Binding, MappedItem } from '../binding/binding.ts';
import { slicedLimits } from '../template/budget.ts';
import { decode } from '../template/bytes.ts';
import type { Template } from '../template/template.ts';
import type { Data, DataObject } from '../template/value.ts';
import type { Item } from './collection.ts';
import { fail, quoted } from './failure.ts';
import type { Making } from './reader.ts';
import type { Service } from './service.ts';
import { utf8 } from './utf8.ts';
import type { Work } from './work.ts';

export interface ComputedItem {
  readonly mapping: MappedItem;
  readonly bytes: Uint8Array;
}

interface Mapping {
  readonly binding: Binding;
  readonly services: readonly Service[];
  readonly items: readonly Item[];
  readonly work: Work;
}

export function* computeItems({ binding, services, items, work }: Mapping): Making<readonly ComputedItem[]> {
  const { mappings } = binding.derivation;
  if (mappings.length === 0) return [];
  const data = variables(binding, services, items);
  const computed: ComputedItem[] = [];
  for (const mapping of mappings) {
    const template = yield* parseMapping(mapping, work);
    const executed = yield* work.execute(template, data, { limits: slicedLimits, stage: 'mapping' });
    if (!executed.ok) fail('mapping', `the mapping ${quoted(mapping.name)} fails: ${executed.error.message}`);
    computed.push({ mapping, bytes: utf8(executed.text) });
  }
  return computed;
}

function* parseMapping({ name, template }: MappedItem, work: Work): Making<Template> {
  const parsed = yield* work.parse(template, { functions: ['json'], name, stage: 'mapping' });
  if (parsed.ok) return parsed.template;
  fail('mapping', `the template of the mapping ${quoted(name)} cannot be read: ${parsed.error.message}`);
}

/** Whole services by their id, and over them the items, under the names that their services gave them. */
function variables(
  { derivation }: Binding,
  services: readonly Service[],
  items: readonly Item[],
): DataObject {
  const objects = services.flatMap(({ reference: { id }, object }): (readonly [string, Data])[] =>
    id === undefined || id === '' ? [] : [[id, object]],
  );
  const texts = items.map(({ name, bytes }) => [name, decode(bytes)] as const);
  return Object.fromEntries<Data>([...objects, ...texts, ...Object.entries(derivation.entries)]);
}
