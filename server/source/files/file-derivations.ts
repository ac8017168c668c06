/**
 * @module The Secrets that bindings of a world of files have made, when the files are read: an admission finds them ready.
 */
import { dig, textOf } from '../../../lib/api/json.ts';
import type { Binding } from '../../../lib/binding/binding.ts';
import { completeKinds } from '../../../lib/binding/complete-kinds.ts';
import { isBindingKind, readBinding } from '../../../lib/binding/read.ts';
import { Derivations } from '../../../lib/inject/derivation.ts';
import { Kinds } from '../../../lib/inject/plurals.ts';
import { sourceKey, Sources } from '../../../lib/inject/sources.ts';
import type { SecretResolution } from '../../../lib/resolve/secret.ts';
import { Slicer, systemTiming } from '../../kube/timing.ts';
import { inTurns } from '../../turns.ts';
import type { World } from './world.ts';

export interface FileDerivationsOptions {
  /** What the user should know of a binding; once for each. */
  readonly onWarning: (binding: Binding, warning: string) => void;
}

export class FileDerivations {
  readonly #options: FileDerivationsOptions;
  #kinds = new Kinds([]);
  #derivations: Derivations | undefined;
  #warned: ReadonlySet<string> = new Set();

  constructor(options: FileDerivationsOptions) {
    this.#options = options;
  }

  /** The kind of a plural, by the definitions among the files. */
  kindOf(group: string, plural: string): string | undefined {
    return this.#kinds.kindOf(group, plural);
  }

  find({ uid }: Binding): SecretResolution | undefined {
    return this.#derivations?.find(uid)?.resolution;
  }

  /** Makes them all anew, and gives way meanwhile; until it is done the former ones hold. */
  async renew(world: World, kinds: Kinds): Promise<void> {
    const objects = new Map([...world.values()].map(({ identity, object }) => [sourceKey(identity), object]));
    const sources = new Sources(objects, kinds);
    const derivations = new Derivations(sources);
    const slicer = new Slicer(systemTiming);
    const warned = new Set<string>();
    for (const binding of bindingsOf(world, kinds)) {
      if (!mayBeDerived(binding, sources)) continue;
      const { warnings } = await inTurns(derivations.slices(binding));
      this.#warn(binding, warnings, warned);
      if (slicer.spent) await slicer.giveWay();
    }
    this.#kinds = kinds;
    this.#derivations = derivations;
    this.#warned = warned;
  }

  #warn(binding: Binding, warnings: readonly string[], warned: Set<string>): void {
    for (const warning of warnings) {
      const key = `${binding.uid} ${warning}`;
      if (!this.#warned.has(key) && !warned.has(key)) this.#options.onWarning(binding, warning);
      warned.add(key);
    }
  }
}

function* bindingsOf(world: World, kinds: Kinds): Generator<Binding> {
  for (const { identity, object } of world.values()) {
    if (!isBindingKind(identity)) continue;
    const parsed = readBinding(object);
    if (parsed.ok) yield completeKinds(parsed.value, (group, plural) => kinds.kindOf(group, plural));
  }
}

/** Without those whose service names its Secret, which are most: whether one is made in the end, the store says. */
function mayBeDerived({ derivation, services }: Binding, sources: Sources): boolean {
  if (derivation.when === 'always') return true;
  return services.some((service) => {
    const state = sources.read({ source: 'object', ...service });
    const [object] = state.state === 'found' ? state.objects : [];
    return object !== undefined && textOf(dig(object, 'status', 'binding', 'name')) === '';
  });
}
