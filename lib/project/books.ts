/**
 * @module The bookkeeping of projections, in the annotations of the workload itself: with which mapping each was made, and
 * what of the workload it is.
 */
import {
  envRecordAnnotation,
  mappingAnnotation,
  ownMappingAnnotation,
  recordAnnotation,
} from '../api/annotations.ts';
import type { Places } from '../resolve/mapping.ts';
import { formatEnvRecord } from './env-record.ts';
import { operatorVolumeName } from './operator-names.ts';
import { formatRecord, type ProjectionRecord } from './record.ts';
import { type Context, isMarked, type ProjectingTask, shares, type Task } from './task.ts';
import type { Workbench } from './workbench.ts';

/** What has to be written for a projection, with the annotation that holds it. */
function booksOf({ intent, places }: ProjectingTask): readonly [key: string, text: string] {
  const { binding, mapping, secret } = intent;
  const { uid, style, directory, paths } = binding;
  if (isMarked(binding)) {
    const key = shares(places) || !mapping.isStandard ? ownMappingAnnotation : mappingAnnotation;
    return [key(uid), mapping.text];
  }
  const record: ProjectionRecord = {
    mapping: mapping.text,
    secret: secret.name,
    ...(style === 'secret-volume' ? { volume: operatorVolumeName(directory) } : {}),
    ...(style === 'env-from' ? { envFrom: true } : {}),
    ...(style === 'itemised' ? { keys: secret.keys ?? [] } : {}),
    ...(paths.secret === undefined ? {} : { secretPath: paths.secret }),
  };
  return [recordAnnotation(uid), formatRecord(record)];
}

/** Which bindings find room for their bookkeeping; the older come first. */
export function thoseThatFit(
  projecting: readonly ProjectingTask[],
  { own }: Context,
): readonly ProjectingTask[] {
  return projecting.filter((task) => own.claimRoom(...booksOf(task)));
}

/** Takes away the bookkeeping of those that are gone, and writes that which a projection cannot do without. */
export function keepBooks(gone: readonly Task[], put: readonly ProjectingTask[], { own }: Context): void {
  for (const { intent } of gone) {
    const { uid } = intent.binding;
    for (const key of [mappingAnnotation, ownMappingAnnotation, envRecordAnnotation, recordAnnotation])
      own.set(key(uid), undefined);
  }
  for (const task of put) {
    const { binding } = task.intent;
    const [key, text] = booksOf(task);
    // Where both share one map, servicebinding/runtime loses its annotation: see keepRecords.
    const isExtra = isMarked(binding) && shares(task.places);
    own.set(mappingAnnotation(binding.uid), undefined);
    if (!isExtra) own.set(key, text);
  }
}

/** Whether any variable is put in for the binding alone. */
const hasVariables = ({ binding: { style, env }, secret }: ProjectingTask['intent']): boolean =>
  style === 'itemised' ? secret.keys?.some(({ bindAs }) => bindAs === 'envVar') === true : env.length > 0;

function envRecordOf(uid: string, bench: Workbench, places: Places): string | undefined {
  const view = bench.view(places);
  return view.ok ? formatEnvRecord(view.value.addedVariables(uid)) : undefined;
}

/**
 * Cleat's own additions, which servicebinding/runtime's projections lack. Alone they are no reason for a change; but where
 * they are, they have to be right.
 */
export function keepRecords(
  put: readonly ProjectingTask[],
  isChanged: boolean,
  bench: Workbench,
  { own }: Context,
): void {
  for (const { intent, places } of put) {
    const { binding, mapping } = intent;
    const { uid } = binding;
    if (isMarked(binding) && shares(places) && isChanged) own.set(ownMappingAnnotation(uid), mapping.text);
    const key = envRecordAnnotation(uid);
    if (!isChanged && own.original(key) === undefined) continue;
    const record = hasVariables(intent) ? envRecordOf(uid, bench, places) : undefined;
    // A record that does not fit is left out: then the binding has to tell which variables are its own.
    own.set(key, record !== undefined && own.claimRoom(key, record) ? record : undefined);
  }
}
