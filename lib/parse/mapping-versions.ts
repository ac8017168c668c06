/**
 * @module `spec.versions` of a mapping of either kind: one template for each version.
 */
import type { JsonObject } from '../api/json.ts';
import { type FieldError, Fields, parsed, type Parsed } from './field.ts';

interface Versioned {
  readonly version: string;
}

/** The templates of a spec that stands at `path`. Errors: those of the templates, and a version that stands twice. */
export function parseVersions<Template extends Versioned>(
  spec: JsonObject,
  path: string,
  parseTemplate: (fields: Fields) => Template,
): Parsed<{ readonly versions: readonly Template[] }> {
  const errors: FieldError[] = [];
  const fields = new Fields(spec, path, errors);
  const versions = fields.objects('versions').map(parseTemplate);
  const seen = new Set<string>();
  for (const [index, { version }] of versions.entries()) {
    if (version !== '' && seen.has(version)) {
      fields.fail(`versions[${index}].version`, 'stands twice: keep one template for each version');
    }
    seen.add(version);
  }
  // As a list, not as arguments: of those a call takes only so many, and templates can be more.
  return errors.length > 0 ? { ok: false, errors } : parsed({ versions });
}
