/**
 * @module Workload in, workload out: takes bindings' projections away and puts them (back) in, in one go.
 *
 * Projecting is taking a binding's own projection away, with the mapping that it was made with (WRM-26), and adding it
 * again with the mapping in force. That makes it idempotent, and makes retargeting and edits of all kinds work.
 */
import {
  envRecordAnnotation,
  mappingAnnotation,
  ownMappingAnnotation,
  projectionUid,
} from '../api/annotations.ts';
import { Reason } from '../api/condition.ts';
import { dig, equal, isObject, type Json, type JsonObject, own } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { message } from '../message/texts.ts';
import { describeErrors } from '../parse/field.ts';
import type { Intent } from '../resolve/intent.ts';
import { type Mapping, type Places, placesFor, readMapping, samePlaces } from '../resolve/mapping.ts';
import { claimOf } from './claim.ts';
import { formatEnvRecord } from './env-record.ts';
import type { Report } from './report.ts';
import { TemplateEdit } from './template-edit.ts';
import { replace } from './tree.ts';

export interface Projection {
  /** The very same object if nothing is to be changed; otherwise a copy that shares what was not touched. */
  readonly workload: JsonObject;
  readonly reports: readonly Report[];
}

export interface Subject {
  readonly workload: JsonObject;
  /** The version that the workload is written in: it chooses the mapping's template. */
  readonly version: string;
  /** The mapping in force. */
  readonly mapping: Mapping;
}

const NO_ANNOTATIONS: JsonObject = {};

/** The workload's own annotations; empty if it has none. */
export function ownAnnotations(workload: JsonObject): JsonObject {
  const annotations = dig(workload, 'metadata', 'annotations');
  return isObject(annotations) ? annotations : NO_ANNOTATIONS;
}

/** Where the mapping puts the template's annotations on the workload itself, they share one map. */
const sharesAnnotations = ({ annotations: { keys } }: Places): boolean =>
  keys.length === 2 && keys[0] === 'metadata' && keys[1] === 'annotations';

interface Stash {
  /** The places that the present projection was made with; undefined if nothing tells. */
  readonly places: Places | undefined;
  readonly report: Report | undefined;
}

/** The mapping that a binding was projected with, from the workload's annotations. */
function readStash(binding: Binding, { workload, version, mapping }: Subject): Stash {
  const annotations = ownAnnotations(workload);
  const key = [mappingAnnotation(binding.uid), ownMappingAnnotation(binding.uid)].find((name) =>
    Object.hasOwn(annotations, name),
  );
  if (key === undefined) return { places: undefined, report: undefined };
  const text = own(annotations, key);
  if (text === mapping.text) return { places: placesFor(mapping, version), report: undefined };
  const stashed = parseStash(text);
  if (stashed.ok) return { places: placesFor(stashed.mapping, version), report: undefined };
  const report = { annotation: key, problem: stashed.problem };
  return {
    places: undefined,
    report: { binding, reason: undefined, message: message('stashUnreadable', report) },
  };
}

function parseStash(
  text: Json | undefined,
): { readonly ok: true; readonly mapping: Mapping } | { readonly ok: false; readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' ? text : '');
  } catch {
    return { ok: false, problem: 'it is not JSON' };
  }
  if (!isObject(value)) return { ok: false, problem: 'it is not an object' };
  const mapping = readMapping(value, '');
  return mapping.ok
    ? { ok: true, mapping: mapping.value }
    : { ok: false, problem: describeErrors(mapping.errors) };
}

/** Takes the projections away that were made with other places than those in force. */
function removeOld(subject: Subject, bindings: readonly Binding[], places: Places): JsonObject {
  const opened = TemplateEdit.open(subject.workload, places);
  // What cannot be opened any more holds no projection that could be taken away.
  if (!opened.ok) return subject.workload;
  const annotations = ownAnnotations(subject.workload);
  for (const binding of bindings) opened.value.remove(claimOf(binding, annotations, opened.value));
  return opened.value.write();
}

/** A binding leaves nothing behind, and claims nothing, where there is no sign of its projection. */
function isPresent({ uid }: Binding, annotations: JsonObject, edit: TemplateEdit): boolean {
  return (
    edit.projectedSecret(uid) !== undefined ||
    Object.keys(annotations).some((key) => key.startsWith('projector.') && projectionUid(key) === uid)
  );
}

function withAnnotation(workload: JsonObject, key: string, value: string | undefined): JsonObject {
  const annotations = ownAnnotations(workload);
  if (own(annotations, key) === value) return workload;
  const others = Object.keys(annotations).some((name) => name !== key);
  const keys = ['metadata', 'annotations'];
  // An annotations map that held nothing else goes with its last entry.
  const path = value === undefined && !others ? keys : [...keys, key];
  return replace(workload, path, value);
}

type Projecting = Extract<Intent, { readonly action: 'project' }>;

interface Applied {
  readonly workload: JsonObject;
  readonly reports: readonly Report[];
  readonly edit: TemplateEdit | undefined;
}

/** Everything that happens at the places in force: all projections out, then those that belong there in. */
function applyInForce(subject: Subject, gone: readonly Intent[], projecting: readonly Projecting[]): Applied {
  const opened = TemplateEdit.open(subject.workload, placesFor(subject.mapping, subject.version));
  if (!opened.ok) {
    const text = message('placeMalformed', { problem: opened.problem });
    const reports = projecting.map(({ binding }) => ({
      binding,
      reason: Reason.unprojectable,
      message: text,
    }));
    return { workload: subject.workload, reports, edit: undefined };
  }
  const edit = opened.value;
  const annotations = ownAnnotations(subject.workload);
  for (const { binding } of [...gone, ...projecting]) {
    if (isPresent(binding, annotations, edit)) edit.remove(claimOf(binding, annotations, edit));
  }
  const reports = projecting.flatMap(({ binding, secret }) => edit.add(binding, secret));
  return { workload: edit.write(), reports, edit };
}

/** The annotations on the workload itself that a projection cannot do without. */
function writeStashes(
  workload: JsonObject,
  subject: Subject,
  gone: readonly Intent[],
  projecting: readonly Projecting[],
): JsonObject {
  let result = workload;
  for (const { binding } of gone) {
    for (const key of [mappingAnnotation, ownMappingAnnotation, envRecordAnnotation]) {
      result = withAnnotation(result, key(binding.uid), undefined);
    }
  }
  if (sharesAnnotations(placesFor(subject.mapping, subject.version))) return result;
  for (const { binding } of projecting) {
    result = withAnnotation(result, mappingAnnotation(binding.uid), subject.mapping.text);
  }
  return result;
}

/** Cleat's own additions, which servicebinding/runtime's projections lack: alone they are no reason for a change. */
function writeRecords(
  workload: JsonObject,
  subject: Subject,
  projecting: readonly Projecting[],
  edit: TemplateEdit,
): JsonObject {
  const shares = sharesAnnotations(placesFor(subject.mapping, subject.version));
  let result = workload;
  for (const { binding } of projecting) {
    if (shares) result = withAnnotation(result, ownMappingAnnotation(binding.uid), subject.mapping.text);
    const record = binding.env.length === 0 ? undefined : formatEnvRecord(edit.addedVariables(binding.uid));
    result = withAnnotation(result, envRecordAnnotation(binding.uid), record);
  }
  return result;
}

/**
 * Carries the intents out, in their order (which has to be the bindings' precedence). Nothing but the mapped places and
 * the workload's own annotations is touched; a projection that is already right is left alone.
 */
export function applyIntents(subject: Subject, intents: readonly Intent[]): Projection {
  const stashes = intents.map((intent) => ({ intent, stash: readStash(intent.binding, subject) }));
  const inForce = placesFor(subject.mapping, subject.version);
  const isOld = (stash: Stash): boolean => stash.places !== undefined && !samePlaces(stash.places, inForce);

  const projecting = intents.filter((intent): intent is Projecting => intent.action === 'project');
  const gone = stashes
    .filter(({ intent, stash }) => intent.action === 'remove' || (intent.action === 'keep' && isOld(stash)))
    .map(({ intent }) => intent);
  if (projecting.length + gone.length === 0) return { workload: subject.workload, reports: [] };

  let workload = subject.workload;
  for (const { intent, stash } of stashes) {
    if (stash.places === undefined || !isOld(stash)) continue;
    workload = removeOld({ ...subject, workload }, [intent.binding], stash.places);
  }
  const applied = applyInForce({ ...subject, workload }, gone, projecting);
  const notes = stashes.flatMap(({ stash }) => stash.report ?? []);
  const reports = [...notes, ...applied.reports];
  workload = writeStashes(applied.workload, subject, gone, applied.edit === undefined ? [] : projecting);
  if (workload === subject.workload || equal(workload, subject.workload)) {
    return { workload: subject.workload, reports };
  }
  if (applied.edit !== undefined) workload = writeRecords(workload, subject, projecting, applied.edit);
  return { workload, reports };
}
