/**
 * @module One intent with what the workload tells of the present projection.
 */
import { mappingAnnotation, ownMappingAnnotation, recordAnnotation } from '../api/annotations.ts';
import { isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { message, type TextName } from '../message/texts.ts';
import { describeErrors } from '../parse/field.ts';
import type { Intent } from '../resolve/intent.ts';
import {
  type Mapping,
  type Places,
  placesFor,
  readMapping,
  readStashedMapping,
  samePlaces,
} from '../resolve/mapping.ts';
import type { OwnAnnotations } from './own-annotations.ts';
import { parseRecord, type ProjectionRecord } from './record.ts';
import type { Report } from './report.ts';

export interface Subject {
  readonly workload: JsonObject;
  /** The version that the workload is written in: it chooses a mapping's template. */
  readonly version: string;
  /** What it replaces: the object itself where nobody but Cleat changes anything; undefined for one that is created. */
  readonly before?: JsonObject;
}

export type Projecting = Extract<Intent, { readonly action: 'project' }>;
export type Acting = Exclude<Intent, { readonly action: 'refuse' }>;

/** One intent with what the workload tells of the present projection. */
export interface Task {
  readonly intent: Acting;
  readonly places: Places;
  /** The places that it was made with, where they are not those in force. */
  readonly oldPlaces: Places | undefined;
  /** Of a projection without annotations in the Pod template. */
  readonly record: ProjectionRecord | undefined;
  readonly notes: readonly Report[];
}

export interface ProjectingTask extends Task {
  readonly intent: Projecting;
}

/** What all steps share. */
export interface Context {
  readonly subject: Subject;
  readonly own: OwnAnnotations;
  /** Whether projections of the Service Binding Operator may stay as they are. */
  readonly leaves: boolean;
}

/** Whether the Pod template says by its annotations what is projected into it. */
export const isMarked = ({ style }: Binding): boolean => style === 'projected';

/** Whether the mapping puts the template's annotations on the workload itself, so that both share one map. */
export function shares({ annotations }: Places): boolean {
  const keys = annotations?.keys;
  return keys?.length === 2 && keys[0] === 'metadata' && keys[1] === 'annotations';
}

export function reportOf(
  binding: Binding,
  reason: Report['reason'],
  text: TextName,
  data: object = {},
): Report {
  return { binding, reason, message: message(text, data) };
}

type Stash =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly problem: string };

function parseStash(text: Json | undefined, read: typeof readMapping): Stash {
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' ? text : '');
  } catch {
    return { ok: false, problem: 'it is not JSON' };
  }
  return isObject(value) ? stashOf(value, read) : { ok: false, problem: 'it is not an object' };
}

function stashOf(spec: JsonObject, read: typeof readMapping): Stash {
  const mapping = read(spec, 'mapping');
  return mapping.ok
    ? { ok: true, mapping: mapping.value }
    : { ok: false, problem: describeErrors(mapping.errors) };
}

interface Found {
  readonly key: string;
  readonly record: ProjectionRecord | undefined;
  /** Undefined if it is the mapping in force, to the letter. */
  readonly stash: Stash | undefined;
}

/** The mapping that a binding was projected with, from the workload's annotations. */
function findStash({ binding, mapping }: Acting, own: OwnAnnotations): Found | undefined {
  const { uid } = binding;
  const recordKey = recordAnnotation(uid);
  const record = parseRecord(own.original(recordKey));
  if (record !== undefined)
    return { key: recordKey, record, stash: stashOf(record.spec, readStashedMapping) };
  for (const [key, read] of [
    [mappingAnnotation(uid), readMapping],
    [ownMappingAnnotation(uid), readStashedMapping],
  ] as const) {
    const text = own.original(key);
    if (text === undefined) continue;
    return { key, record: undefined, stash: text === mapping.text ? undefined : parseStash(text, read) };
  }
  return undefined;
}

/** Reads the mapping that a binding was projected with from the workload's annotations. */
export function taskOf(intent: Acting, { subject, own }: Context): Task {
  const { binding, mapping } = intent;
  const places = placesFor(mapping, subject.version);
  const found = findStash(intent, own);
  const task = { intent, places, record: found?.record, oldPlaces: undefined, notes: [] };
  if (found?.stash === undefined) return task;
  const { stash } = found;
  if (!stash.ok) {
    const data = { annotation: found.key, problem: stash.problem };
    return { ...task, notes: [reportOf(binding, undefined, 'stashUnreadable', data)] };
  }
  const old = placesFor(stash.mapping, subject.version);
  return { ...task, oldPlaces: samePlaces(old, places) ? undefined : old };
}
