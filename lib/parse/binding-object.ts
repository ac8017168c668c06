/**
 * @module The frame of every binding's object: type, metadata and spec. What is wrong with them is collected together.
 */
import type { JsonObject } from '../api/json.ts';
import { apiVersionOf } from '../api/kinds.ts';
import type { ObjectMeta } from '../api/meta.ts';
import { type FieldError, Fields, parsed, type Parsed } from './field.ts';
import { parseMeta, typeOf } from './meta.ts';

interface Frame<Spec> {
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
}

/** How the object of one API is read: in which versions, and what makes its spec. */
export interface BindingFormat<Spec> {
  readonly versions: ReadonlySet<string>;
  /** Undefined if something is missing without which there is no spec; it is among the errors then. */
  readonly parseSpec: (fields: Fields) => Spec | undefined;
}

export function parseBindingObject<Spec>(
  object: JsonObject,
  { versions, parseSpec }: BindingFormat<Spec>,
): Parsed<Frame<Spec>> {
  const meta = parseMeta(object);
  const errors: FieldError[] = meta.ok ? [] : [...meta.errors];
  const fields = new Fields(object, '', errors).object('spec');
  const spec = fields && parseSpec(fields);
  const type = typeOf(object);
  if (!versions.has(type.version))
    errors.push({ path: 'apiVersion', message: 'is of a version that Cleat does not know' });
  // As a list, not as arguments: of those a call takes only so many, and entries can be more.
  if (!meta.ok || spec === undefined || errors.length > 0) return { ok: false, errors };
  return parsed({ apiVersion: apiVersionOf(type), metadata: meta.value, spec });
}
