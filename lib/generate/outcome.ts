/**
 * @module What becomes of the content: nothing, a Secret that is there already, or one to be made.
 */
import type { Binding } from '../binding/binding.ts';
import { encodeBase64 } from './base64.ts';
import { contentHash, generatedName } from './content-hash.ts';
import { isSame, type Content } from './content.ts';
import { fail } from './failure.ts';
import type { Generated } from './generation.ts';
import type { SecretSource } from './published-secrets.ts';

/** The longest type that a Secret is given; the API itself sets no limit. */
const maxType = 253;

export interface Origin {
  readonly sources: readonly SecretSource[];
  /** Whether anything but those Secrets gives an item, even one that they have as well. */
  readonly hasMore: boolean;
}

export function outcomeOf(
  binding: Binding,
  { entries, keys }: Content,
  { sources, hasMore }: Origin,
): Generated {
  if (entries.size === 0) return { outcome: 'nothing' };
  const type = typeOf(binding, entries);
  const [source] = sources;
  if (
    source !== undefined &&
    sources.length === 1 &&
    !hasMore &&
    isReusable(binding, source, { entries, type })
  ) {
    return { outcome: 'reuse', name: source.name, entries: new Set(entries.keys()), keys };
  }
  const data = new Map([...entries].map(([key, bytes]) => [key, encodeBase64(bytes)]));
  return { outcome: 'make', name: generatedName(binding.name, contentHash(entries)), data, type, keys };
}

/** v1alpha2 wants it told in the Secret's own type (APP-12). */
function typeOf({ derivation, type, namespace, name }: Binding, entries: Content['entries']): string {
  if (derivation.secretType === 'Opaque') return 'Opaque';
  const bytes = entries.get('type');
  const title = `${type.kind} ${namespace}/${name}`;
  if (bytes === undefined || bytes.length === 0) {
    fail(
      'type',
      `${title}: its Secret would have no entry "type"; set spec.type, or let the service give one`,
    );
  }
  const text = new TextDecoder().decode(bytes);
  if (text.length > maxType || !/^[\x21-\x7e]+$/.test(text)) {
    fail(
      'type',
      `${title}: the entry "type" is no word that a Secret's type can end in; correct it, or set spec.type`,
    );
  }
  return `service.binding/${text}`;
}

interface Wanted {
  readonly entries: Content['entries'];
  readonly type: string;
}

/** One that has just what is wanted: it is projected itself, and its rotation reaches the workload by itself. */
function isReusable(
  { namespace, derivation }: Binding,
  source: SecretSource,
  { entries, type }: Wanted,
): boolean {
  return (
    source.namespace === namespace &&
    (derivation.secretType === 'Opaque' || source.type === type) &&
    source.entries.size === entries.size &&
    [...source.entries].every(([key, bytes]) =>
      isSame(bytes, entries.get(key) ?? new Uint8Array(bytes.length + 1)),
    )
  );
}
