/**
 * @module Workload in, workload out: takes bindings' projections away and puts them (back) in, in one go.
 *
 * Projecting is taking a binding's own projection away, with the mapping that it was made with (WRM-26), and adding it
 * again with the mapping in force. That makes it idempotent, and makes retargeting and edits of all kinds work.
 */
import { Reason } from '../api/condition.ts';
import { dig, equal, type JsonObject } from '../api/json.ts';
import type { Intent } from '../resolve/intent.ts';
import type { Places } from '../resolve/mapping.ts';
import { keepBooks, keepRecords, thoseThatFit } from './books.ts';
import { type Claim, claimByName, claimFormer, claimOf, isFormerWhole, isOwnSecret } from './claim.ts';
import { OwnAnnotations } from './own-annotations.ts';
import type { Report } from './report.ts';
import {
  type Acting,
  type Context,
  isMarked,
  type ProjectingTask,
  reportOf,
  type Subject,
  type Task,
  taskOf,
} from './task.ts';
import type { TemplateView } from './template-view.ts';
import { Workbench } from './workbench.ts';

export interface Projection {
  /** The very same object if nothing is to be changed; otherwise a copy that shares what was not touched. */
  readonly workload: JsonObject;
  readonly reports: readonly Report[];
}

/** `isQuiet`: whether a change of the Pod template would be ours alone. */
interface Circumstances {
  readonly own: OwnAnnotations | undefined;
  readonly isQuiet: () => boolean;
}

/** The Secret that is to be projected now. */
const secretOf = ({ intent }: Task): string | undefined =>
  intent.action === 'project' ? intent.secret.name : undefined;

function claim(task: Task, { own, isQuiet }: Circumstances, view: TemplateView): Claim {
  const { intent, record } = task;
  const { binding } = intent;
  if (isMarked(binding) && record === undefined) return claimOf(binding, own, view);
  const secret = secretOf(task);
  return claimByName(binding, { record, secret, annotations: own, isQuiet }, view);
}

/** Takes a projection away that was made with other places than those in force, as far as they can still be read. */
function removeOld(workload: JsonObject, task: Task, places: Places, own: OwnAnnotations): JsonObject {
  const bench = new Workbench(workload);
  const opened = bench.view(places);
  if (!opened.ok) return workload;
  opened.value.remove(claim(task, { own, isQuiet: () => false }, opened.value));
  return bench.write();
}

interface Plan {
  readonly tasks: readonly Task[];
  readonly gone: readonly Task[];
  readonly projecting: readonly ProjectingTask[];
  readonly reports: readonly Report[];
}

const isProjecting = (task: Task): task is ProjectingTask => task.intent.action === 'project';

/**
 * What itemised bindings share is composed anew of all of them: one whose Secret is unknown for the moment puts in what
 * its record says.
 */
function fromRecord(task: Task): Task {
  const { intent, record, oldPlaces } = task;
  if (intent.action !== 'keep' || record?.keys === undefined || oldPlaces !== undefined) return task;
  const secret = { name: record.secret, keys: record.keys };
  return { ...task, intent: { ...intent, action: 'project', secret } };
}

function planOf(all: readonly Task[], context: Context): Plan {
  const tasks = all.map(fromRecord);
  const wanted = tasks.filter(isProjecting);
  const projecting = thoseThatFit(wanted, context);
  const fitting = new Set<Task>(projecting);
  const crowded = wanted.filter((task) => !fitting.has(task));
  const gone = tasks.filter(({ intent, oldPlaces }) => {
    // While the Secret is unknown, what is there stays, unless the mapping changed.
    return intent.action === 'remove' || (intent.action === 'keep' && oldPlaces !== undefined);
  });
  return {
    tasks,
    gone,
    projecting,
    reports: [
      ...tasks.flatMap(({ notes }) => notes),
      ...crowded.map(({ intent }) => reportOf(intent.binding, Reason.unprojectable, 'annotationsFull')),
    ],
  };
}

interface Reprojected {
  /** Those that were put in. */
  readonly put: readonly ProjectingTask[];
  /** Those that were taken away. */
  readonly gone: readonly Task[];
  /** Those that stay as the Service Binding Operator projected them. */
  readonly left: readonly ProjectingTask[];
  readonly reports: readonly Report[];
}

/** A dotted path without a dot at its start. */
const keysOfPath = (path: string): readonly string[] => path.split('.');

/**
 * The field that received the Secret's name, if it still holds it. The Service Binding Operator kept no record: it is the
 * one that the binding names, if it holds the name of a Secret that is or was the binding's.
 */
function formerField(bench: Workbench, task: Task): string | undefined {
  const { record, intent } = task;
  const { binding } = intent;
  const path = record === undefined ? binding.paths.secret : record.secretPath;
  if (path === undefined) return undefined;
  const value = bench.field(keysOfPath(path));
  if (typeof value !== 'string') return undefined;
  const isOwn = record === undefined ? isOwnSecret(value, binding, secretOf(task)) : value === record.secret;
  return isOwn ? path : undefined;
}

/** The field that receives the Secret's name, and is emptied only of that. */
function setSecretPath(bench: Workbench, task: Task, isIn: boolean): Report | undefined {
  const { binding } = task.intent;
  const wanted = isIn ? binding.paths.secret : undefined;
  const former = formerField(bench, task);
  if (former !== undefined && former !== wanted) bench.clearField(keysOfPath(former));
  const secret = secretOf(task);
  if (wanted === undefined || secret === undefined) return undefined;
  const problem = bench.setField(keysOfPath(wanted), secret);
  if (problem === undefined) return undefined;
  const message = `the name of the Secret was left out: ${problem}; correct spec.application.bindingPath.secretPath`;
  return { binding, reason: Reason.unprojectable, message };
}

/** The parts of a workload whose change starts new Pods: the Pod's spec, and its labels and annotations. */
function partsOfTemplate({ volumes, annotations }: Places): readonly (readonly string[])[] {
  const spec = volumes.keys.slice(0, -1);
  const metadata = annotations?.keys.slice(0, -1) ?? [];
  // Where annotations are those of the workload itself, they belong to no Pod.
  return metadata.length < 2 ? [spec] : [spec, metadata];
}

/** Whether whoever writes the workload leaves its Pod template as it is, so that a change of it would be ours alone. */
function isQuiet({ workload, before }: Subject, places: Places): boolean {
  if (before === undefined) return false;
  if (before === workload) return true;
  return partsOfTemplate(places).every((path) => equal(dig(workload, ...path), dig(before, ...path)));
}

/**
 * A projection that the Service Binding Operator made works as it is: it is replaced together with the next change of the
 * Pod template, so that no Pod is restarted for its sake, unless the user wants it at once.
 */
function isLeftToOperator(
  task: ProjectingTask,
  bench: Workbench,
  { subject, own, leaves }: Context,
): boolean {
  const { binding } = task.intent;
  if (!leaves || binding.succession?.replacesNow !== false || own.mentions(binding.uid)) return false;
  const view = bench.view(task.places);
  return (
    view.ok && isFormerWhole(binding, task.intent.secret.name, view.value) && isQuiet(subject, task.places)
  );
}

function takeOut(bench: Workbench, task: Task, { own, subject }: Context): void {
  const opened = bench.view(task.places);
  if (!opened.ok) return;
  const view = opened.value;
  const { binding } = task.intent;
  const former = claimFormer(binding, secretOf(task), view);
  if (former !== undefined) view.remove(former);
  if (isMarked(binding) && !own.mentions(binding.uid) && !view.holds(binding.uid)) return;
  // The record of a projection that stood elsewhere says nothing of what stands here.
  const circumstances = {
    own: task.oldPlaces === undefined ? own : undefined,
    isQuiet: () => isQuiet(subject, task.places),
  };
  view.remove(claim(task, circumstances, view));
}

/** At the places in force: all projections out, then those that belong there in. */
function reproject(bench: Workbench, { gone, projecting: all }: Plan, context: Context): Reprojected {
  const isOpen = ({ places }: Task): boolean => bench.view(places).ok;
  const left = all.filter((task) => isLeftToOperator(task, bench, context));
  const projecting = left.length === 0 ? all : all.filter((task) => !left.includes(task));
  const leaving = gone.filter(isOpen);
  for (const task of [...leaving, ...projecting]) takeOut(bench, task, context);
  const put: ProjectingTask[] = [];
  const reports = left.map(({ intent }) => reportOf(intent.binding, undefined, 'operatorProjection'));
  for (const task of gone) {
    const view = bench.view(task.places);
    // The bookkeeping stays then too: without it nobody could take the projection away later.
    if (!view.ok) reports.push(reportOf(task.intent.binding, Reason.unprojectable, 'notRemoved', view));
    else reports.push(...listed(setSecretPath(bench, task, false)));
  }
  for (const task of projecting) {
    const { binding, secret } = task.intent;
    const view = bench.view(task.places);
    if (!view.ok) {
      reports.push(reportOf(binding, Reason.unprojectable, 'placeMalformed', view));
      continue;
    }
    const { isIn, reports: added } = view.value.add(binding, secret);
    reports.push(...added);
    if (isIn) put.push(task);
    reports.push(...listed(setSecretPath(bench, task, isIn)));
  }
  for (const view of bench.views()) reports.push(...view.compose());
  const dropped = projecting.filter((task) => isOpen(task) && !put.includes(task));
  return { put, gone: [...leaving, ...dropped], left, reports };
}

const listed = <T>(item: T | undefined): readonly T[] => (item === undefined ? [] : [item]);

const isActing = (intent: Intent): intent is Acting => intent.action !== 'refuse';

interface CarriedOut extends Projection {
  /** The places of those that were left to the Service Binding Operator. */
  readonly left: readonly Places[];
}

function carryOut(subject: Subject, intents: readonly Intent[], leaves: boolean): CarriedOut {
  const own = new OwnAnnotations(subject.workload);
  const context: Context = { subject, own, leaves };
  const plan = planOf(
    intents.filter(isActing).map((intent) => taskOf(intent, context)),
    context,
  );
  const refused = intents.flatMap((intent): readonly Report[] =>
    intent.action === 'refuse'
      ? [{ binding: intent.binding, reason: Reason.unprojectable, message: intent.problem }]
      : [],
  );
  const known = refused.length === 0 ? plan.reports : [...refused, ...plan.reports];
  if (plan.projecting.length + plan.gone.length === 0)
    return { workload: subject.workload, left: [], reports: known };

  let { workload } = subject;
  for (const task of plan.tasks) {
    const { oldPlaces, places } = task;
    // What cannot be put back where it belongs now stays where it is.
    if (oldPlaces === undefined || !new Workbench(workload).view(places).ok) continue;
    workload = removeOld(workload, task, oldPlaces, own);
  }
  const bench = new Workbench(workload);
  const { put, gone, left, reports } = reproject(bench, plan, context);
  workload = bench.write();
  keepBooks(gone, put, context);
  const isChanged = !equal(own.write(workload), subject.workload);
  keepRecords(put, isChanged, bench, context);
  const written = own.write(workload);
  const isSame = equal(written, subject.workload);
  return {
    workload: isSame ? subject.workload : written,
    left: left.map(({ places }) => places),
    reports: [...known, ...reports],
  };
}

/**
 * Carries the intents out, in their order (which has to be the bindings' precedence). Nothing but the mapped places and
 * the workload's own annotations is touched; a projection that is already right is left alone.
 */
export function applyIntents(subject: Subject, intents: readonly Intent[]): Projection {
  const done = carryOut(subject, intents, true);
  const { workload } = done;
  const isQuietFor = (places: Places): boolean =>
    isQuiet({ ...subject, workload, before: subject.workload }, places);
  // Where other bindings start new Pods anyway, those that were left go along.
  return done.left.every(isQuietFor) ? done : carryOut(subject, intents, false);
}
