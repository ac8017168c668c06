/**
 * @module Turning `unknown` into types: errors are values with the place of the field, collected, never thrown.
 */
import { isObject, own, type Json, type JsonObject } from '../api/json.ts';

/** What is wrong with one field. `path` as in `kubectl explain`: `spec.env[2].name`. Never holds the field's value. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function rejected(...errors: readonly FieldError[]): Parsed<never> {
  return { ok: false, errors };
}

/** `spec.name: must be a string; spec.service: is required` */
export function describeErrors(errors: readonly FieldError[]): string {
  return errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'bigint') return 'a number of that size';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Reads the fields of one object, collecting what is wrong with them; null counts as missing, as in Kubernetes. */
export class Fields {
  readonly #object: JsonObject;
  readonly #path: string;
  readonly #errors: FieldError[];

  constructor(object: JsonObject, path: string, errors: FieldError[]) {
    this.#object = object;
    this.#path = path;
    this.#errors = errors;
  }

  at(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }

  fail(key: string, message: string): void {
    this.#errors.push({ path: this.at(key), message });
  }

  #get(key: string): Json | undefined {
    return own(this.#object, key) ?? undefined;
  }

  optionalString(key: string): string | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'string') return value;
    this.fail(key, `must be a string, not ${typeName(value)}`);
    return undefined;
  }

  /** The empty string counts as missing: the field has to say something. */
  string(key: string): string {
    const value = this.#get(key);
    if (typeof value === 'string' && value !== '') return value;
    if (value === undefined || value === '') this.fail(key, 'is required');
    else this.fail(key, `must be a string, not ${typeName(value)}`);
    return '';
  }

  /** A string that has to be there and may be empty, as the group of a kind of the core is. */
  text(key: string): string {
    if (this.#get(key) === undefined) this.fail(key, 'is required');
    return this.optionalString(key) ?? '';
  }

  optionalBoolean(key: string): boolean | undefined {
    const value = this.#get(key);
    if (value === undefined || typeof value === 'boolean') return value;
    this.fail(key, `must be true or false, not ${typeName(value)}`);
    return undefined;
  }

  optionalInteger(key: string): number | undefined {
    const value = this.#get(key);
    if (value === undefined || (typeof value === 'number' && Number.isInteger(value))) return value;
    this.fail(key, `must be an integer, not ${typeName(value)}`);
    return undefined;
  }

  /** The fields of a nested object; undefined if there is none. */
  optionalObject(key: string): Fields | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Fields(value, this.at(key), this.#errors);
    this.fail(key, `must be an object, not ${typeName(value)}`);
    return undefined;
  }

  object(key: string): Fields | undefined {
    if (this.#get(key) === undefined) this.fail(key, 'is required');
    return this.optionalObject(key);
  }

  /** The elements of a list, each with its place; undefined if there is no list. */
  #list(key: string): readonly Json[] | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (Array.isArray(value)) return value as readonly Json[];
    this.fail(key, `must be a list, not ${typeName(value)}`);
    return undefined;
  }

  optionalStrings(key: string): readonly string[] | undefined {
    return this.#list(key)?.filter((item, index): item is string => {
      if (typeof item === 'string') return true;
      this.fail(`${key}[${index}]`, `must be a string, not ${typeName(item)}`);
      return false;
    });
  }

  /**
   * The elements of a list of IntOrString; undefined if there is no list. One that is neither is an empty string: whoever
   * finds fault with another tells its place.
   */
  optionalIntegersOrStrings(key: string): readonly (number | string)[] | undefined {
    return this.#list(key)?.map((item, index) => {
      if (typeof item === 'string' || (typeof item === 'number' && Number.isInteger(item))) return item;
      this.fail(`${key}[${index}]`, `must be an integer or a string, not ${typeName(item)}`);
      return '';
    });
  }

  objects(key: string): readonly Fields[] {
    return (this.#list(key) ?? []).flatMap((item, index) => {
      if (isObject(item)) return [new Fields(item, this.at(`${key}[${index}]`), this.#errors)];
      this.fail(`${key}[${index}]`, `must be an object, not ${typeName(item)}`);
      return [];
    });
  }

  /** A map of strings, as labels are; undefined if there is none. */
  optionalStringMap(key: string): ReadonlyMap<string, string> | undefined {
    const value = this.#get(key);
    if (value === undefined) return undefined;
    if (!isObject(value)) {
      this.fail(key, `must be an object, not ${typeName(value)}`);
      return undefined;
    }
    const map = new Map<string, string>();
    for (const [name, item] of Object.entries(value)) {
      if (typeof item === 'string') map.set(name, item);
      else this.fail(`${key}[${name}]`, `must be a string, not ${typeName(item)}`);
    }
    return map;
  }
}
