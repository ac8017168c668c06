/**
 * @module Items that templates make: the name, which becomes a key of the Secret, and the text of the template.
 */
import type { Mapping } from '../api/service-binding-v1alpha2.ts';
import { parseKey } from './entries.ts';
import type { Fields } from './field.ts';

/**
 * Of all templates of one object, in UTF-16 code units: they are parsed in one breath, while reviews wait. Real ones are
 * lines.
 */
const MAX_TEMPLATES = 128 * 1024;

export function parseMappedItem(fields: Fields): Mapping {
  return { name: parseKey(fields, 'name'), value: fields.text('value') };
}

/** Refuses at `field` more template text than an object may have. */
export function limitTemplates(fields: Fields, field: string, items: readonly Mapping[]): void {
  const length = items.reduce((sum, { value }) => sum + value.length, 0);
  if (length > MAX_TEMPLATES)
    fields.fail(field, `holds templates of more than ${MAX_TEMPLATES} characters together`);
}

/** `spec.mappings` (SB-23, SB-24). */
export function parseMappings(fields: Fields): readonly Mapping[] {
  const items = fields.objects('mappings').map(parseMappedItem);
  limitTemplates(fields, 'mappings', items);
  return items;
}
