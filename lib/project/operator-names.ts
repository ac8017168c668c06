/**
 * @module The names by which the Service Binding Operator's projections are told: it left no other mark.
 */
import type { Binding } from '../binding/binding.ts';
import { sha256Of } from '../identity/digest.ts';

/** RFC 1123: what a volume's name has to be. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const HASH_LENGTH = 8;
const MAX_STEM = 63 - HASH_LENGTH - 1;

/**
 * The binding's name, which is a directory's and may have dots or be longer than a volume's name can be: then one that
 * is derived from it. The directory stays what it is.
 */
export function operatorVolumeName(directory: string): string {
  if (LABEL.test(directory)) return directory;
  const hash = sha256Of([directory]).slice(0, HASH_LENGTH);
  const stem = directory
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, MAX_STEM)
    .replace(/^-+/, '')
    .replace(/-+$/, '');
  return stem === '' ? hash : `${stem}-${hash}`;
}

const GENERATED = /^-[0-9a-f]{8}$/;

/** Whether a Secret's name is one that is made for the binding, of whatever content. */
export function isGeneratedName(secret: string, { name }: Pick<Binding, 'name'>): boolean {
  return secret.startsWith(name) && GENERATED.test(secret.slice(name.length));
}
