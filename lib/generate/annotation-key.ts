/**
 * @module The keys of the annotations that tell how to bind a service.
 */

const PREFIX = 'service.binding';
/** The spelling of the application-stacks text (OLD-4). */
const OLDER_PREFIX = 'servicebinding.dev';

export interface AnnotationKey {
  /** What stands behind the slash; empty for the annotation without a name. */
  readonly name: string;
  readonly older: boolean;
}

/** Whether a key is one of those annotations. */
export function isProperKey(key: string, older: boolean): boolean {
  const parsed = parseKey(key);
  return parsed !== undefined && (older || !parsed.older);
}

/** The same, or was meant to be. */
export function isAnnotationKey(key: string, older: boolean): boolean {
  return key.startsWith(PREFIX) || (older && nameBehind(key, OLDER_PREFIX) !== undefined);
}

/** Undefined for a key that merely starts like one. */
export function parseKey(key: string): AnnotationKey | undefined {
  const name = nameBehind(key, PREFIX);
  if (name !== undefined) return { name, older: false };
  const olderName = nameBehind(key, OLDER_PREFIX);
  return olderName === undefined ? undefined : { name: olderName, older: true };
}

/** The key for a name, in either spelling. */
export function keyFor({ name, older }: AnnotationKey): string {
  const prefix = older ? OLDER_PREFIX : PREFIX;
  return name === '' ? prefix : `${prefix}/${name}`;
}

function nameBehind(key: string, prefix: string): string | undefined {
  if (key === prefix) return '';
  return key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : undefined;
}
