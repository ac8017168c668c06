/**
 * @module The way of an AdmissionReview for one of Cleat's own kinds: parse -> guards -> errors -> what is new of them.
 */
import type { AdmissionRequest } from './api/admission.ts';
import { dig, equal, isObject, type Json, type JsonObject, textOf } from './api/json.ts';
import {
  APPLICATION_RESOURCE_MAPPING,
  APPLICATION_STACKS_SERVICE_BINDING,
  DRAFT_SERVICE_BINDING,
  groupKindKey,
  OPERATOR_SERVICE_BINDING,
  SERVICE_BINDING,
  WORKLOAD_RESOURCE_MAPPING,
} from './api/kinds.ts';
import { inOneGo, type Slices } from './api/slices.ts';
import { readBinding } from './binding/read.ts';
import { parseReview } from './parse/admission-review.ts';
import { describeErrors, type FieldError } from './parse/field.ts';
import { allowed, type Addressee, type Answer, denied, errored } from './patch/response.ts';
import { isTerminating } from './resolve/guard.ts';
import {
  applicationMappingErrors,
  bindingErrors,
  draftBindingErrors,
  mappingErrors,
  operatorBindingErrors,
  stacksBindingErrors,
} from './validate/findings.ts';
import { fixedApplication, fixedReference } from './validate/fixed-fields.ts';
import { type Listers, neighbourWarnings } from './validate/neighbours.ts';
import { type Sorted, sortErrors } from './validate/unchanged.ts';

export interface Validation extends Answer {
  /** The review's request, for the log line; undefined if the review could not be read. */
  readonly request: AdmissionRequest | undefined;
  /** One line: why it came out as it did. */
  readonly reason: string;
  /**
   * The ServiceBinding that was admitted and that a workload applied in the same breath should find already; undefined
   * where nothing new comes to be: denials, dry runs, updates that leave `spec` alone, other kinds.
   */
  readonly admitted: JsonObject | undefined;
}

/** How the objects of one kind are judged. */
interface Rules {
  /** In slices, where there are templates to parse. */
  readonly errors: (object: JsonObject) => Slices<readonly FieldError[]>;
  readonly immutable: (object: JsonObject, old: JsonObject) => readonly FieldError[];
  readonly warnings: (object: JsonObject, listers: Listers) => readonly string[];
  /** Whether workloads are bound by these objects. */
  readonly binds: boolean;
}

const RULES: ReadonlyMap<string, Rules> = new Map(
  (
    [
      [SERVICE_BINDING, binding(atOnce(bindingErrors), fixedReference('workload'))],
      [DRAFT_SERVICE_BINDING, binding(draftBindingErrors, fixedReference('application'))],
      [OPERATOR_SERVICE_BINDING, binding(operatorBindingErrors, fixedApplication)],
      [APPLICATION_STACKS_SERVICE_BINDING, binding(stacksBindingErrors, fixedApplication)],
      [WORKLOAD_RESOURCE_MAPPING, mapping(atOnce(mappingErrors))],
      [APPLICATION_RESOURCE_MAPPING, mapping(atOnce(applicationMappingErrors))],
    ] as const
  ).map(([kind, rules]) => [groupKindKey(kind), rules]),
);

function atOnce(errors: (object: JsonObject) => readonly FieldError[]): Rules['errors'] {
  // oxlint-disable-next-line require-yield -- there is nothing to pause for
  return function* (object) {
    return errors(object);
  };
}

function binding(errors: Rules['errors'], immutable: Rules['immutable']): Rules {
  return { errors, immutable, warnings: bindingWarnings, binds: true };
}

function mapping(errors: Rules['errors']): Rules {
  return { errors, immutable: () => [], warnings: () => [], binds: false };
}

/** Younger than all that is stored. */
const NOT_STORED_YET = '9999-12-31T23:59:59Z';

/** With what an API server may not have filled in yet, so that it can be compared with other bindings. */
function bindingWarnings(object: JsonObject, listers: Listers): readonly string[] {
  const metadata = dig(object, 'metadata');
  const stored = isObject(metadata) ? metadata : {};
  const missing = { uid: 'not-stored-yet', creationTimestamp: NOT_STORED_YET };
  const present = Object.entries(stored).filter(([, value]) => value !== null && value !== '');
  const binding = readBinding({ ...object, metadata: { ...missing, ...Object.fromEntries(present) } });
  return binding.ok ? neighbourWarnings(binding.value, listers) : [];
}

/** An object can have as many errors as entries. Whoever has corrected these is told the next ones. */
const MAX_ERRORS = 20;
/** A path may hold a key that the user chose, of any length. */
const MAX_ERROR_LENGTH = 400;

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').slice(0, MAX_ERROR_LENGTH);

function tell(errors: readonly FieldError[]): string {
  const told = errors.slice(0, MAX_ERRORS).map((error) => oneLine(describeErrors([error])));
  const rest = errors.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

interface LeftAlone {
  readonly reason: string;
  /** Whether the user should see it. */
  readonly warn: boolean;
}

interface Subject {
  readonly object: JsonObject;
  /** What it replaces, on an UPDATE. */
  readonly old: JsonObject | undefined;
}

function guardRequest({ operation, subResource }: AdmissionRequest): LeftAlone | undefined {
  if (subResource !== '') return { reason: `it is the sub-resource ${subResource}`, warn: false };
  if (operation === 'CREATE' || operation === 'UPDATE') return undefined;
  return operation === 'DELETE' || operation === 'CONNECT'
    ? { reason: `nothing to validate on ${operation}`, warn: false }
    : { reason: 'the operation is not one that Cleat knows', warn: true };
}

/** What there is to validate, or why there is nothing. */
function guard(request: AdmissionRequest): Subject | LeftAlone {
  const leftAlone = guardRequest(request);
  if (leftAlone !== undefined) return leftAlone;
  const { operation, object, oldObject } = request;
  if (!isObject(object)) return { reason: 'the request carries no object', warn: true };
  // Whatever is wrong with it, its finalizers have to come off.
  if (isTerminating(object)) return { reason: 'it is being deleted', warn: false };
  if (operation === 'CREATE' || !isObject(oldObject)) return { object, old: undefined };
  return equal(dig(object, 'spec'), dig(oldObject, 'spec'))
    ? { reason: 'its spec is unchanged', warn: false }
    : { object, old: oldObject };
}

/** Name and namespace as messages have them; a cluster-scoped object has no namespace. */
function describeObject({ kind, namespace, name }: AdmissionRequest, object: JsonObject): string {
  const known = name === '' ? textOf(dig(object, 'metadata', 'name')) : name;
  return `${kind.kind} ${namespace === '' ? '' : `${namespace}/`}${known}`;
}

/** What the request does wrong, and what is wrong without its doing. */
function* findings({ object, old }: Subject, rules: Rules): Slices<Sorted> {
  const errors = yield* rules.errors(object);
  if (old === undefined) return { fresh: errors, unchanged: [] };
  const had = errors.length === 0 ? [] : yield* rules.errors(old);
  const { fresh, unchanged } = sortErrors({ object, errors }, { object: old, errors: had });
  return { fresh: [...rules.immutable(object, old), ...fresh], unchanged };
}

function reminders(unchanged: Sorted['unchanged']): readonly string[] {
  return unchanged
    .slice(0, MAX_ERRORS)
    .map((error) => `not valid, as before: ${oneLine(describeErrors([error]))}`);
}

function* judge(
  request: AdmissionRequest,
  to: Addressee,
  rules: Rules,
  listers: Listers,
): Slices<Validation> {
  const subject = guard(request);
  if ('reason' in subject) {
    const { reason, warn } = subject;
    return { ...allowed(to, warn ? [`Cleat: ${reason}`] : []), request, reason, admitted: undefined };
  }
  const { object } = subject;
  const { fresh, unchanged } = yield* findings(subject, rules);
  if (fresh.length > 0) {
    const message = `${describeObject(request, object)} is not valid: ${tell(fresh)}`;
    return { ...denied(to, message), request, reason: message, admitted: undefined };
  }
  const warnings = unchanged.length > 0 ? reminders(unchanged) : rules.warnings(object, listers);
  return {
    ...allowed(to, warnings),
    request,
    reason: ['nothing new is wrong with it', ...warnings].join('; '),
    admitted: rules.binds && !request.dryRun ? object : undefined,
  };
}

/**
 * Answers the parsed body of a call to `/validate`. Pure, but for what the listers look up in memory.
 *
 * Denied is only what an object says itself, and only where it says something new. A fault of ours denies nothing: the
 * schema of the kind has been applied before, and what is invalid nonetheless is told by its conditions.
 */
export function validate(body: Json, listers: Listers): Validation {
  return inOneGo(validateSliced(body, listers));
}

/** The same in slices of some 5 ms: the longest templates take longer than others should wait. */
export function* validateSliced(body: Json, listers: Listers): Slices<Validation> {
  const parsed = parseReview(body);
  if (!parsed.ok) {
    const { message } = parsed;
    return { ...errored(parsed, 400, message), request: undefined, reason: message, admitted: undefined };
  }
  const { version, request } = parsed.review;
  const to = { version, uid: request.uid };
  const pass = (reason: string): Validation => ({
    ...allowed(to, [`Cleat: ${reason}`]),
    request,
    reason,
    admitted: undefined,
  });
  const rules = RULES.get(groupKindKey(request.kind));
  if (rules === undefined) return pass('objects of this kind are not validated');
  try {
    return yield* judge(request, to, rules, listers);
  } catch (error) {
    return pass(`it was admitted unchecked: ${error instanceof Error ? error.message : String(error)}`);
  }
}
