/**
 * @module What the Secret says in the end, and where each of its items goes: later layers win.
 */
import type { BindAs, Binding, BindingKey, BoundService } from '../binding/binding.ts';
import { compareBytes } from '../template/bytes.ts';
import { maxBytes } from './collection.ts';
import { fail, quoted } from './failure.ts';
import type { ComputedItem } from './mappings.ts';
import type { NamedItem } from './naming.ts';
import { utf8 } from './utf8.ts';

interface Entry {
  readonly bytes: Uint8Array;
  readonly bindAs: BindAs | undefined;
  /** The service that gives it; undefined for what the binding itself says. */
  readonly service: BoundService | undefined;
  /** The annotation that makes its name of values, which are not told. */
  readonly hiddenBy?: string;
}

export interface Content {
  /** By key in ascending byte order. */
  readonly entries: ReadonlyMap<string, Uint8Array>;
  readonly keys: readonly BindingKey[];
}

interface Layers {
  readonly named: readonly NamedItem[];
  readonly computed: readonly ComputedItem[];
}

export function contentOf(
  binding: Binding,
  { named, computed }: Layers,
  warn: (warning: string) => void,
): Content {
  const { placement, entries: told } = binding.derivation;
  const entries = new Map<string, Entry>();
  for (const [name, item] of winners(named, warn)) {
    const { bytes, service, bindAs, isHidden, key } = item;
    const hidden = isHidden ? { hiddenBy: key } : {};
    entries.set(name, { bytes, bindAs: placement?.bindAs ?? bindAs, service: service.reference, ...hidden });
  }
  for (const { mapping, bytes } of computed) {
    entries.set(mapping.name, { bytes, bindAs: mapping.bindAs ?? placement?.bindAs, service: undefined });
  }
  for (const [name, text] of Object.entries(told)) {
    entries.set(name, { bytes: utf8(text), bindAs: placement?.bindAs, service: undefined });
  }
  warnOfUnused(computed, told, warn);
  const sorted = [...entries].sort(([a], [b]) => compareBytes(a, b));
  checkKeys(sorted);
  return {
    entries: new Map(sorted.map(([name, { bytes }]) => [name, bytes])),
    keys: sorted.flatMap(([name, entry]) => keyOf(binding, name, entry)),
  };
}

/** SB-44, SB-45: unlike a service, a mapping that says the same is the user's own, and in vain. */
function warnOfUnused(
  computed: readonly ComputedItem[],
  told: Binding['derivation']['entries'],
  warn: (warning: string) => void,
): void {
  for (const { mapping } of computed) {
    const { name } = mapping;
    if (Object.hasOwn(told, name))
      warn(`the mapping ${quoted(name)} is not used: spec.${name} says it already; take one of the two out`);
  }
}

/** The last of each name; whoever gave another value under it without meaning to override is told. */
function winners(
  named: readonly NamedItem[],
  warn: (warning: string) => void,
): ReadonlyMap<string, NamedItem> {
  const kept = new Map<string, NamedItem>();
  for (const item of named) {
    const before = kept.get(item.finalName);
    if (before !== undefined && isMistake(before, item)) {
      const called = before.isHidden || item.isHidden ? 'the same' : quoted(item.finalName);
      warn(
        `several items are called ${called}: that of ${item.service.title} (${item.key}) is taken, not that of ${before.service.title} (${before.key})`,
      );
    }
    kept.set(item.finalName, item);
  }
  return kept;
}

function isMistake(before: NamedItem, after: NamedItem): boolean {
  const isOverride = before.service === after.service && before.rank !== after.rank;
  return !isOverride && !isSame(before.bytes, after.bytes);
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** As the API server checks them. */
function checkKeys(entries: readonly (readonly [string, Entry])[]): void {
  let size = 0;
  for (const [name, { bytes, service, hiddenBy }] of entries) {
    size += bytes.length;
    if (isSecretKey(name)) continue;
    const whose =
      service === undefined ? 'the binding' : `${service.kind} ${service.namespace}/${service.name}`;
    const called =
      hiddenBy === undefined
        ? `called ${quoted(name)}`
        : `under a name that its annotation ${hiddenBy} makes`;
    fail(
      'secret-key',
      `${whose} gives an item ${called}, which no Secret can hold: rename it to letters, digits, '-', '_' and '.', at most 253 of them`,
    );
  }
  if (size > maxBytes)
    fail('secret-key', 'all items together are larger than a Secret can be (1 MiB); bind less');
}

function isSecretKey(name: string): boolean {
  return name.length <= 253 && /^[-._a-zA-Z0-9]+$/.test(name) && name !== '.' && !name.startsWith('..');
}

function keyOf({ derivation }: Binding, name: string, { bindAs, service }: Entry): readonly BindingKey[] {
  const { placement } = derivation;
  if (placement === undefined) return [];
  if (bindAs !== 'volume') return [{ name, bindAs: 'envVar' }];
  const prefix = service?.mountPathPrefix ?? placement.mountPathPrefix;
  return [{ name, bindAs, mountPath: mountPathBelow(prefix) }];
}

/** `/platform/bindings/secret/` (OLD-12). */
function mountPathBelow(prefix: string): string {
  const first = prefix
    .split('/')
    .filter((part) => part !== '')
    .join('/');
  return first === '' ? '/bindings/secret/' : `/${first}/bindings/secret/`;
}
