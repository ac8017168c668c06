/**
 * @module What the items of services are called in the end: the naming strategy, then a prefix.
 */
import type { Binding } from '../binding/binding.ts';
import type { Limits } from '../template/budget.ts';
import type { Template } from '../template/template.ts';
import { describeItem, type Item } from './collection.ts';
import { fail } from './failure.ts';
import type { Making } from './reader.ts';
import type { Work } from './work.ts';

/** A name is short, and there may be many of them. */
const limits: Limits = { output: 4096, steps: 2000, calls: 100 };

export interface NamedItem extends Item {
  /** Under which name it stands in the Secret. */
  readonly finalName: string;
}

export function* nameItems(
  items: readonly Item[],
  { derivation }: Binding,
  work: Work,
): Making<readonly NamedItem[]> {
  const { naming, placement } = derivation;
  const template = naming === undefined ? undefined : yield* parseNaming(naming, work);
  const named: NamedItem[] = [];
  for (const item of items) {
    const name = template === undefined ? item.name : yield* nameOf(item, template, work);
    const prefix = item.service.reference.prefix ?? placement?.prefix ?? '';
    named.push({ ...item, finalName: prefix === '' ? name : `${prefix}_${name}` });
  }
  return named;
}

function* parseNaming(naming: string, work: Work): Making<Template> {
  const parsed = yield* work.parse(naming, {
    functions: ['upper', 'lower', 'title'],
    html: true,
    name: 'namingStrategy',
    stage: 'naming',
  });
  if (parsed.ok) return parsed.template;
  fail('naming', `the naming strategy cannot be read: ${parsed.error.message}`);
}

function* nameOf(item: Item, template: Template, work: Work): Making<string> {
  const { name, service } = item;
  const data = { name, service: { kind: service.kind, name: service.name } };
  const executed = yield* work.execute(template, data, { limits, stage: 'naming' });
  if (executed.ok) return executed.text;
  fail(
    'naming',
    `please check the namingStrategy template: it fails for ${describeItem(item)} of ${service.title}: ${executed.error.message}`,
  );
}
