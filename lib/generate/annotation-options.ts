/**
 * @module The options in the value of an annotation: pieces between commas, neither trimmed nor quoted.
 */
import type { BindAs } from '../binding/binding.ts';
import { reject, type Annotation } from './annotation-text.ts';
import { splitOutsideActions } from './split.ts';

const NAMES = ['path', 'optional', 'objectType', 'elementType', 'sourceKey', 'sourceValue'] as const;
/** Those of the application-stacks text: a template, besides. */
const OLDER_NAMES = [...NAMES, 'source'] as const;

/** A long value has a hundred thousand commas; nobody reads as many warnings. */
const maxIgnored = 20;

export interface Options {
  /** The whole value where it has no option at all. */
  readonly constant: string | undefined;
  readonly path: string | undefined;
  readonly optional: boolean;
  readonly objectType: string;
  readonly elementType: string;
  /** Empty unless told, as the next. */
  readonly sourceKey: string;
  readonly sourceValue: string;
  /** The text of a template. */
  readonly source: string | undefined;
  readonly bindAs: BindAs | undefined;
  readonly older: boolean;
}

export interface ReadOptions {
  readonly options: Options;
  /** Each the rest of a sentence about the annotation. */
  readonly warnings: readonly string[];
}

interface Dialect {
  readonly older: boolean;
  readonly placed: boolean;
}

export function readOptions(annotation: Annotation, { older, placed }: Dialect): ReadOptions {
  const pieces = piecesOf(annotation.value, older);
  const bindAs = placed ? readBindAs(annotation, pieces) : undefined;
  const rest = placed ? pieces.filter((piece) => !piece.startsWith('bindAs=')) : pieces;
  const { told, ignored } = sortOut(rest, older ? OLDER_NAMES : NAMES);
  const constant = told.size === 0 ? rest.join(',') : undefined;
  const options: Options = { ...optionsOf(told, older), constant, bindAs, older };
  const warnings =
    constant === undefined ? ignored.slice(0, maxIgnored).map(ignoredWarning) : constantWarnings(constant);
  return { options, warnings: [...warnings, ...valueWarnings(options)] };
}

function optionsOf(
  told: ReadonlyMap<string, string>,
  older: boolean,
): Omit<Options, 'constant' | 'bindAs' | 'older'> {
  const tell = (name: string): string => told.get(name) ?? '';
  const elementType = told.get('elementType') ?? defaultElementType(tell('objectType'), older);
  return {
    path: told.get('path'),
    optional: told.get('optional') === 'true',
    objectType: tell('objectType') || defaultObjectType(elementType, older),
    elementType,
    sourceKey: tell('sourceKey'),
    sourceValue: told.get('sourceValue') ?? tell('sourceKey'),
    source: told.get('source'),
  };
}

/** A template is full of commas; `source=` comes last and takes all that follows. */
function piecesOf(value: string, older: boolean): readonly string[] {
  if (!older) return value.split(',');
  const pieces = splitOutsideActions(value, ',');
  const source = pieces.findIndex((piece) => piece.startsWith('source='));
  return source === -1 ? pieces : [...pieces.slice(0, source), pieces.slice(source).join(',')];
}

function readBindAs(annotation: Annotation, pieces: readonly string[]): BindAs | undefined {
  const told = pieces.findLast((piece) => piece.startsWith('bindAs='))?.slice('bindAs='.length);
  if (told === undefined || told === 'envVar' || told === 'volume') return told;
  reject(annotation, 'bindAs has to be envVar or volume');
}

function sortOut(
  pieces: readonly string[],
  names: readonly string[],
): { readonly told: ReadonlyMap<string, string>; readonly ignored: readonly string[] } {
  const told = new Map<string, string>();
  const ignored: string[] = [];
  for (const piece of pieces) {
    const end = piece.indexOf('=');
    const name = piece.slice(0, Math.max(end, 0));
    if (names.includes(name)) told.set(name, piece.slice(end + 1));
    else ignored.push(piece);
  }
  return { told, ignored };
}

function defaultElementType(objectType: string, older: boolean): string {
  return !older && (objectType === 'Secret' || objectType === 'ConfigMap') ? 'map' : 'string';
}

function defaultObjectType(elementType: string, older: boolean): string {
  return older && elementType !== 'string' ? 'Secret' : 'string';
}

/** Only the name of an option is told, never what follows it. */
function ignoredWarning(piece: string): string {
  const [name = ''] = piece.split('=');
  const isOption = piece.includes('=') && name.length <= 40;
  const what = isOption ? `the option ${JSON.stringify(name)}` : 'a part that is no option';
  return `has ${what}, which is ignored (the value is split at each comma, and nothing is trimmed)`;
}

function constantWarnings(constant: string): readonly string[] {
  const wantsOptions = /\{[.$@[]|(?:^|,)\s*(?:path|objectType|elementType|source\w*|bindAs|optional)\s*=/i;
  return wantsOptions.test(constant)
    ? [
        'has no option that is known, so its whole value is taken as it stands; options are written path={…},…',
      ]
    : [];
}

function valueWarnings({ constant, elementType, objectType }: Options): readonly string[] {
  const isSlice = elementType === 'sliceOfMaps' || elementType === 'sliceOfStrings';
  const isKnown = ['string', 'Secret', 'ConfigMap'].includes(objectType);
  return constant === undefined && isSlice && !isKnown
    ? ['has an objectType that is unknown, which is ignored']
    : [];
}
