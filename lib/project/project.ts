/**
 * @module Workload in, workload out: takes bindings' projections away and puts them (back) in, in one go.
 *
 * Projecting is taking a binding's own projection away, with the mapping that it was made with (WRM-26), and adding it
 * again with the mapping in force. That makes it idempotent, and makes retargeting and edits of all kinds work.
 */
import { envRecordAnnotation, mappingAnnotation, ownMappingAnnotation } from '../api/annotations.ts';
import { Reason } from '../api/condition.ts';
import { equal, isObject, type Json, type JsonObject } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { message, type TextName } from '../message/texts.ts';
import { describeErrors } from '../parse/field.ts';
import type { Intent } from '../resolve/intent.ts';
import { type Mapping, type Places, placesFor, readMapping, samePlaces } from '../resolve/mapping.ts';
import { claimOf } from './claim.ts';
import { formatEnvRecord } from './env-record.ts';
import { OwnAnnotations } from './own-annotations.ts';
import type { Report } from './report.ts';
import { TemplateEdit } from './template-edit.ts';

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

type Projecting = Extract<Intent, { readonly action: 'project' }>;

/** One intent with what the workload tells of the present projection. */
interface Task {
  readonly intent: Intent;
  /** The places that it was made with, where they are not those in force. */
  readonly oldPlaces: Places | undefined;
  readonly notes: readonly Report[];
}

/** What all steps share. */
interface Context {
  readonly subject: Subject;
  readonly inForce: Places;
  /** Whether the mapping puts the template's annotations on the workload itself, so that both share one map. */
  readonly shares: boolean;
  readonly own: OwnAnnotations;
}

function contextOf(subject: Subject): Context {
  const inForce = placesFor(subject.mapping, subject.version);
  const { keys } = inForce.annotations;
  const shares = keys.length === 2 && keys[0] === 'metadata' && keys[1] === 'annotations';
  return { subject, inForce, shares, own: new OwnAnnotations(subject.workload) };
}

function reportOf(binding: Binding, reason: Report['reason'], text: TextName, data: object = {}): Report {
  return { binding, reason, message: message(text, data) };
}

/** Reads the mapping that a binding was projected with from the workload's annotations. */
function taskOf(intent: Intent, { subject, inForce, own }: Context): Task {
  const { binding } = intent;
  const key = [mappingAnnotation(binding.uid), ownMappingAnnotation(binding.uid)].find(
    (name) => own.original(name) !== undefined,
  );
  const text = key === undefined ? undefined : own.original(key);
  if (key === undefined || text === subject.mapping.text) return { intent, oldPlaces: undefined, notes: [] };
  const stashed = parseStash(text);
  if (!stashed.ok) {
    const note = reportOf(binding, undefined, 'stashUnreadable', {
      annotation: key,
      problem: stashed.problem,
    });
    return { intent, oldPlaces: undefined, notes: [note] };
  }
  const places = placesFor(stashed.mapping, subject.version);
  return { intent, oldPlaces: samePlaces(places, inForce) ? undefined : places, notes: [] };
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
  const mapping = readMapping(value, 'mapping');
  return mapping.ok
    ? { ok: true, mapping: mapping.value }
    : { ok: false, problem: describeErrors(mapping.errors) };
}

/** Takes a projection away that was made with other places than those in force, as far as they can still be read. */
function removeOld(workload: JsonObject, binding: Binding, places: Places, own: OwnAnnotations): JsonObject {
  const opened = TemplateEdit.open(workload, places);
  if (!opened.ok) return workload;
  opened.value.remove(claimOf(binding, own, opened.value));
  return opened.value.write();
}

/** Which bindings find room for their bookkeeping; the older come first. */
function thoseThatFit(
  projecting: readonly Projecting[],
  { subject, shares, own }: Context,
): readonly Projecting[] {
  const key = shares ? ownMappingAnnotation : mappingAnnotation;
  return projecting.filter(({ binding }) => own.claimRoom(key(binding.uid), subject.mapping.text));
}

/** Writes the bookkeeping that a projection cannot do without, and takes away that of those that are gone. */
function keepBooks(
  gone: readonly Intent[],
  projecting: readonly Projecting[],
  { subject, shares, own }: Context,
): void {
  for (const { binding } of gone) {
    for (const key of [mappingAnnotation, ownMappingAnnotation, envRecordAnnotation])
      own.set(key(binding.uid), undefined);
  }
  for (const { binding } of projecting) {
    own.set(mappingAnnotation(binding.uid), shares ? undefined : subject.mapping.text);
  }
}

/**
 * Cleat's own additions, which servicebinding/runtime's projections lack. Alone they are no reason for a change; but where
 * they are, they have to be right.
 */
function keepRecords(
  projecting: readonly Projecting[],
  isChanged: boolean,
  edit: TemplateEdit,
  { subject, shares, own }: Context,
): void {
  for (const { binding } of projecting) {
    const { uid, env } = binding;
    if (shares && isChanged) own.set(ownMappingAnnotation(uid), subject.mapping.text);
    const key = envRecordAnnotation(uid);
    if (!isChanged && own.original(key) === undefined) continue;
    const record = env.length === 0 ? undefined : formatEnvRecord(edit.addedVariables(uid));
    // A record that does not fit is left out: then spec.env has to tell which variables are the binding's.
    own.set(key, record !== undefined && own.claimRoom(key, record) ? record : undefined);
  }
}

interface Plan {
  readonly tasks: readonly Task[];
  readonly gone: readonly Intent[];
  readonly projecting: readonly Projecting[];
}

function planOf(tasks: readonly Task[], context: Context): Plan & { readonly reports: readonly Report[] } {
  const wanted = tasks
    .map(({ intent }) => intent)
    .filter((intent): intent is Projecting => intent.action === 'project');
  const projecting = thoseThatFit(wanted, context);
  const fitting = new Set<Intent>(projecting);
  const crowded = wanted.filter((intent) => !fitting.has(intent));
  const gone = tasks.filter(({ intent, oldPlaces }) => {
    // While the Secret is unknown, what is there stays, unless the mapping changed.
    return intent.action === 'remove' || (intent.action === 'keep' && oldPlaces !== undefined);
  });
  return {
    tasks,
    gone: gone.map(({ intent }) => intent),
    projecting,
    reports: [
      ...tasks.flatMap(({ notes }) => notes),
      ...crowded.map(({ binding }) => reportOf(binding, Reason.unprojectable, 'annotationsFull')),
    ],
  };
}

interface Reprojected {
  /** Those that were put in. */
  readonly put: readonly Projecting[];
  readonly reports: readonly Report[];
}

/** At the places in force: all projections out, then those that belong there in. */
function reproject(edit: TemplateEdit, { tasks, gone, projecting }: Plan, own: OwnAnnotations): Reprojected {
  const moved = new Set(
    tasks.filter(({ oldPlaces }) => oldPlaces !== undefined).map(({ intent }) => intent.binding),
  );
  for (const { binding } of [...gone, ...projecting]) {
    if (!own.mentions(binding.uid) && !edit.holds(binding.uid)) continue;
    // The record of a projection that stood elsewhere says nothing of what stands here.
    edit.remove(claimOf(binding, moved.has(binding) ? undefined : own, edit));
  }
  const put: Projecting[] = [];
  const reports: Report[] = [];
  for (const intent of projecting) {
    const added = edit.add(intent.binding, intent.secret);
    if (added !== undefined) put.push(intent);
    reports.push(...(added ?? [reportOf(intent.binding, Reason.unprojectable, 'tooLarge')]));
  }
  return { put, reports };
}

function unopened(problem: string, { gone, projecting }: Plan): readonly Report[] {
  return [
    ...projecting.map(({ binding }) =>
      reportOf(binding, Reason.unprojectable, 'placeMalformed', { problem }),
    ),
    ...gone.map(({ binding }) => reportOf(binding, Reason.unprojectable, 'notRemoved', { problem })),
  ];
}

/**
 * Carries the intents out, in their order (which has to be the bindings' precedence). Nothing but the mapped places and
 * the workload's own annotations is touched; a projection that is already right is left alone.
 */
export function applyIntents(subject: Subject, intents: readonly Intent[]): Projection {
  const context = contextOf(subject);
  const { own, inForce } = context;
  const plan = planOf(
    intents.map((intent) => taskOf(intent, context)),
    context,
  );
  if (plan.projecting.length + plan.gone.length === 0)
    return { workload: subject.workload, reports: plan.reports };

  let { workload } = subject;
  for (const { intent, oldPlaces } of plan.tasks) {
    if (oldPlaces !== undefined) workload = removeOld(workload, intent.binding, oldPlaces, own);
  }
  const opened = TemplateEdit.open(workload, inForce);
  if (!opened.ok) {
    // The bookkeeping stays too: without it nobody could take the projection away later.
    return { workload: subject.workload, reports: [...plan.reports, ...unopened(opened.problem, plan)] };
  }
  const { put, reports } = reproject(opened.value, plan, own);
  workload = opened.value.write();
  keepBooks([...plan.gone, ...plan.projecting.filter((intent) => !put.includes(intent))], put, context);
  const isChanged = !equal(own.write(workload), subject.workload);
  keepRecords(put, isChanged, opened.value, context);
  const written = own.write(workload);
  const isSame = equal(written, subject.workload);
  return { workload: isSame ? subject.workload : written, reports: [...plan.reports, ...reports] };
}
