/**
 * @module What a binding says of the entries of its Secret: which become variables, and which it overrides.
 */
import type { EnvMapping } from '../api/service-binding.ts';
import type { Fields } from './field.ts';

/** What the API server takes as the name of an environment variable: printable ASCII but for `=`. */
const ENV_NAME = /^[ -<>-~]+$/;
/** What the API server takes as a Secret's key. */
const SECRET_KEY = /^[A-Za-z0-9._-]{1,253}$/;

const ROOT_VARIABLE = 'SERVICE_BINDING_ROOT';
/** Overrides travel in annotations, which have 256 KiB for all of them; real ones are words. */
const MAX_OVERRIDE = 1024;

/** The key of a Secret. */
export function parseKey(fields: Fields, field: string): string {
  const key = fields.string(field);
  if (key !== '' && !SECRET_KEY.test(key)) fields.fail(field, 'is not a key that a Secret can have');
  return key;
}

function parseEnvMapping(fields: Fields): EnvMapping {
  const name = fields.string('name');
  if (name === ROOT_VARIABLE)
    fields.fail('name', 'must not be SERVICE_BINDING_ROOT: it says where bindings are mounted');
  if (name !== '' && !ENV_NAME.test(name)) fields.fail('name', 'must be printable ASCII without `=`');
  return { name, key: parseKey(fields, 'key') };
}

export function parseEnv(fields: Fields): readonly EnvMapping[] {
  return fields.objects('env').map(parseEnvMapping);
}

export interface Overrides {
  readonly type?: string;
  readonly provider?: string;
}

function parseOverride(fields: Fields, field: 'type' | 'provider'): string | undefined {
  const value = fields.optionalString(field) || undefined;
  if (value !== undefined && value.length > MAX_OVERRIDE) {
    fields.fail(field, `must not be longer than ${MAX_OVERRIDE} characters`);
  }
  return value;
}

/** `spec.type` and `spec.provider` (SB-44, SB-45). */
export function parseOverrides(fields: Fields): Overrides {
  const type = parseOverride(fields, 'type');
  const provider = parseOverride(fields, 'provider');
  return { ...(type === undefined ? {} : { type }), ...(provider === undefined ? {} : { provider }) };
}
