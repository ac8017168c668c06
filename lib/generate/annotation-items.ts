/**
 * @module The items that annotations give.
 */
import { isList, isObject, own, type Json } from '../api/json.ts';
import type { Binding } from '../binding/binding.ts';
import { Budget, limits, slicedLimits } from '../template/budget.ts';
import { compareBytes } from '../template/bytes.ts';
import { parseAnnotation, type Definition, type Meaning } from './annotation.ts';
import { reject } from './annotation-text.ts';
import type { Annotations } from './annotations.ts';
import type { Collection, From, Item } from './collection.ts';
import { fail } from './failure.ts';
import { flatten, keyTitle } from './flatten.ts';
import { goText } from './go-text.ts';
import { lookUp, type Lookup } from './lookup.ts';
import { isObjectName } from '../api/object-name.ts';
import { evaluatePath } from './path-value.ts';
import type { Making, Reader } from './reader.ts';
import type { Service } from './service.ts';
import { readLines } from './template-lines.ts';
import { maxSteps, type Work } from './work.ts';

/** Evaluating a path looks at a hundred thousand values at most. */
const stepsPerPath = 10_000;

/** So many can be evaluated. More are not even kept. */
const maxAnnotations = maxSteps / stepsPerPath;

/** An annotation of a few characters takes some microseconds to parse. */
const stepsPerAnnotation = 8;

export interface Annotating {
  readonly binding: Binding;
  readonly reader: Reader;
  readonly collection: Collection;
  readonly annotations: Annotations;
  readonly work: Work;
  readonly warn: (warning: string) => void;
}

/** One annotation of one service. */
interface Task {
  readonly service: Service;
  readonly definition: Definition;
  /** For messages: the object and the annotation. */
  readonly where: string;
  /** For the texts that are made of values, all in one go. */
  readonly budget: Budget;
}

/**
 * All are read before any is evaluated, which shows whether its path, or its template, can be. Within a service, those that
 * bring names of their own come first, in the order of their keys: an item that is asked for by its name wins.
 */
export function* collectAnnotated(services: readonly Service[], annotating: Annotating): Making<void> {
  const { collection, work, reader } = annotating;
  const tasks = yield* tasksOf(services, annotating);
  const start = collection.items.length;
  const lookups: Lookup[] = [];
  for (const task of tasks) {
    yield* work.spend(stepsPerPath, 'annotation');
    const lookup = yield* evaluate(task, annotating);
    yield* work.spend(task.budget.spent, 'annotation');
    if (lookup !== undefined) lookups.push(lookup);
  }
  yield* lookUp(lookups, { reader, collection });
  const places = new Map(services.map((service, index) => [service, index]));
  const place = ({ service }: Item): number => places.get(service) ?? 0;
  collection.arrange(
    start,
    (a, b) => place(a) - place(b) || compareBytes(a.rank, b.rank) || compareBytes(a.key, b.key),
  );
}

function* tasksOf(
  services: readonly Service[],
  { binding, annotations, work, warn }: Annotating,
): Making<readonly Task[]> {
  const placed = binding.derivation.placement !== undefined;
  const tasks: Task[] = [];
  for (const service of services) {
    for (const annotation of yield* annotations.of(service)) {
      const { value, on, key } = annotation;
      yield* work.spend(stepsPerAnnotation + (value.length >> 3), 'annotation');
      const { definition, warnings } = parseAnnotation(annotation, { placed });
      for (const warning of warnings) warn(warning);
      tasks.push({ service, definition, where: `${on}: annotation ${key}`, budget: new Budget(limits) });
      if (tasks.length > maxAnnotations) {
        fail(
          'annotation',
          `${service.title}: more than ${maxAnnotations} annotations are too many for one binding; use fewer`,
        );
      }
    }
  }
  return tasks;
}

/** Adds the items, or tells which object has them. */
function* evaluate(task: Task, annotating: Annotating): Making<Lookup | undefined> {
  const { meaning } = task.definition;
  if (meaning.means === 'constant') {
    annotating.collection.addText(nameOf(task), meaning.text, fromTask(task));
    return undefined;
  }
  if (meaning.means === 'template') {
    yield* evaluateTemplate(task, meaning, annotating);
    return undefined;
  }
  return evaluatePathed(task, meaning, annotating);
}

/** Those that bring names of their own are to be overridden by those that have one. */
export function fromTask(
  { service, definition }: Pick<Task, 'service' | 'definition'>,
  spread = false,
): From {
  const { key, bindAs } = definition;
  const rank = spread ? 'annotation' : 'annotation with a name';
  return { service, rank, key, bindAs, isHidden: false };
}

function nameOf({ definition, where }: Task): string {
  if (definition.name !== '') return definition.name;
  fail(
    'binding',
    `${where}: cannot use generic service.binding annotation for string elements, need to specify binding key like service.binding/foo`,
  );
}

type Pathed = Exclude<Meaning, { readonly means: 'constant' | 'template' }>;

function evaluatePathed(task: Task, meaning: Pathed, annotating: Annotating): Lookup | undefined {
  const { service, where } = task;
  const found = evaluatePath(meaning.path, service.object, task.budget);
  if (!found.ok) {
    if (meaning.optional) return undefined;
    fail(
      'binding',
      `${where}: path ${meaning.path}: ${found.message}; correct the path, or add optional=true`,
    );
  }
  switch (meaning.means) {
    case 'sliceOfMaps':
      return put(task, toObject(task, meaning, elementsOf(task, found.values)), annotating);
    case 'sliceOfStrings':
      return put(task, toList(task, meaning, elementsOf(task, found.values), annotating), annotating);
    default:
      return evaluateSingle(task, meaning, { values: found.values, annotating });
  }
}

function evaluateSingle(
  task: Task,
  meaning: Exclude<Pathed, { readonly means: 'sliceOfMaps' | 'sliceOfStrings' }>,
  { values, annotating }: { readonly values: readonly Json[]; readonly annotating: Annotating },
): Lookup | undefined {
  const { where } = task;
  const [value = null] = values;
  if (values.length !== 1) {
    fail(
      'binding',
      `${where}: only one value should be returned for ${meaning.path} but we got ${values.length}`,
    );
  }
  if (value === null) {
    if (meaning.optional) return undefined;
    fail('binding', `${where}: path ${meaning.path}: the value is null; set it, or add optional=true`);
  }
  if (meaning.means === 'object') return lookupOf(task, meaning, value);
  if (meaning.means === 'map' && !isObject(value)) {
    fail('binding', `${where}: elementType=map, but ${meaning.path} leads to no object`);
  }
  if (meaning.means === 'value') nameOf(task);
  return put(task, value, annotating);
}

function put(task: Task, value: Json, { collection }: Annotating): undefined {
  const { definition, where, budget } = task;
  const isHidden = hasHiddenNames(task);
  const from = { ...fromTask(task, definition.name === ''), isHidden };
  flatten(definition.name, value, {
    where,
    budget,
    isHidden,
    put: (name, text) => collection.addText(name, text, from),
  });
  return undefined;
}

/** The names of such items come from the service's values, and those of a Secret are not told. */
function hasHiddenNames({ service, definition: { meaning } }: Task): boolean {
  return service.isSecret && meaning.means === 'sliceOfMaps';
}

/** The path may lead to a list, or to its elements. */
function elementsOf({ where, definition }: Task, values: readonly Json[]): readonly Json[] {
  const [first] = values;
  if (values.length === 1 && !isList(first)) {
    fail('binding', `${where}: the path of ${definition.meaning.means} leads to no list`);
  }
  return values.flatMap((value) => value);
}

function toObject(
  task: Task,
  { key, value }: Extract<Meaning, { readonly means: 'sliceOfMaps' }>,
  elements: readonly Json[],
): Json {
  const { where, definition, budget } = task;
  const members = elements.filter(isObject).map((element) => {
    const name = own(element, key) ?? null;
    const text = name === null ? undefined : goText(name, budget);
    if (text === undefined)
      fail('value', `${where}: an element of the list has no proper ${key} to be called by`);
    const at = definition.name === '' ? text : `${definition.name}_${text}`;
    const found = own(element, value) ?? null;
    if (found === null) {
      const title = keyTitle(at, hasHiddenNames(task));
      fail('value', `${where}: Value for ${title} not found; give the element a ${value}`);
    }
    return [text, found] as const;
  });
  return Object.fromEntries(members);
}

function toList(
  { where }: Task,
  { value }: Extract<Meaning, { readonly means: 'sliceOfStrings' }>,
  elements: readonly Json[],
  { warn }: Annotating,
): Json {
  const kept = elements.filter((element) =>
    value === undefined ? typeof element === 'string' : isObject(element),
  );
  if (kept.length < elements.length) {
    warn(
      `${where}: ${elements.length - kept.length} elements of the list are no ${value === undefined ? 'text' : 'objects'} and are left out`,
    );
  }
  if (value === undefined) return kept;
  return kept.map((element) => (isObject(element) ? (own(element, value) ?? null) : null));
}

function lookupOf(
  task: Task,
  { kind, entry, elseAll, path }: Extract<Meaning, { readonly means: 'object' }>,
  value: Json,
): Lookup {
  const { service, definition, where, budget } = task;
  const name = goText(value, budget) ?? '';
  if (!isObjectName(name))
    fail('binding', `${where}: what ${path} leads to is no name that a ${kind} can have`);
  // What a Secret holds is not told, even where it is taken for a name.
  const title = service.isSecret ? `the ${kind} that it names` : `${kind} ${service.namespace}/${name}`;
  const calledAs = definition.name === '' ? undefined : definition.name;
  return {
    kind,
    name,
    title,
    where,
    entry,
    elseAll,
    calledAs,
    from: fromTask(task),
    spreadFrom: fromTask(task, true),
  };
}

function* evaluateTemplate(
  task: Task,
  { source }: Extract<Meaning, { readonly means: 'template' }>,
  { work, collection }: Annotating,
): Making<void> {
  const { service, definition, where } = task;
  const parsed = yield* work.parse(source, {
    functions: ['json'],
    name: definition.key,
    stage: 'annotation',
  });
  if (!parsed.ok) reject(definition, `its template cannot be read: ${parsed.error.message}`);
  const { template } = parsed;
  const executed = yield* work.execute(template, service.object, { limits: slicedLimits, stage: 'binding' });
  if (!executed.ok) fail('binding', `${where}: its template: ${executed.error.message}`);
  if (definition.name !== '') {
    collection.addText(definition.name, executed.text, fromTask(task));
    return;
  }
  for (const [name, text] of readLines(executed.text, where))
    collection.addText(name, text, { ...fromTask(task, true), isHidden: true });
}
