/**
 * @module The Secrets that are made for the bindings of a world of plain objects.
 */
import { dig, equal, isObject, type JsonObject } from '../api/json.ts';
import { SECRET } from '../api/kinds.ts';
import type { Binding } from '../binding/binding.ts';
import { inOneGo, type Slices } from '../api/slices.ts';
import { slicesOf } from '../generate/drive.ts';
import { generate } from '../generate/generate.ts';
import type { Generated, Generation } from '../generate/generation.ts';
import { isOwnSecret, secretObject } from '../generate/secret-object.ts';
import { stableUid } from '../identity/uid.ts';
import { message } from '../message/texts.ts';
import { derivedResolution, entriesOf } from '../resolve/derived.ts';
import type { SecretResolution } from '../resolve/secret.ts';
import type { Sources } from './sources.ts';

interface Derived {
  readonly resolution: SecretResolution;
  /** The Secret to print; undefined where nothing is made, or where it is in the input already. */
  readonly made: JsonObject | undefined;
  /** The entries of the Secret; undefined where there is none. */
  readonly keys: ReadonlySet<string> | undefined;
  readonly warnings: readonly string[];
}

type Made = Extract<Generated, { outcome: 'make' }>;

/**
 * The Secret as an object. Where no API server has given the binding a uid, it names no owner: the garbage collector
 * deletes what names one that it cannot find.
 */
function secretOf(binding: Binding, made: Made): JsonObject {
  const secret = secretObject(binding, made);
  const { type, namespace, name, uid } = binding;
  if (uid !== stableUid({ ...type, namespace, name })) return secret;
  const metadata = dig(secret, 'metadata');
  if (!isObject(metadata)) return secret;
  const { ownerReferences: _owners, ...rest } = metadata;
  return { ...secret, metadata: rest };
}

export class Derivations {
  readonly #sources: Sources;
  readonly #byUid = new Map<string, Derived>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Made once, when first asked for. */
  of(binding: Binding): Derived {
    return this.#byUid.get(binding.uid) ?? inOneGo(this.slices(binding));
  }

  /** Makes it, and yields where others may have the event loop. */
  *slices(binding: Binding): Slices<Derived> {
    const derived = yield* this.#derive(binding);
    this.#byUid.set(binding.uid, derived);
    return derived;
  }

  /** Undefined for a binding whose Secret nobody asked for: it is not one that is made. */
  find(uid: string): Derived | undefined {
    return this.#byUid.get(uid);
  }

  *#derive(binding: Binding): Slices<Derived> {
    const { generated, warnings }: Generation = yield* slicesOf(generate(binding), (reference) =>
      this.#sources.read(reference),
    );
    const resolution = derivedResolution(binding, generated);
    const keys = entriesOf(generated);
    if (generated.outcome !== 'make') return { resolution, made: undefined, keys, warnings };
    const made = secretOf(binding, generated);
    const there = this.#there(binding, generated);
    const isThere = there !== undefined && equal(dig(there, 'data'), made['data']);
    if (there !== undefined && !isThere && !isOwnSecret(there, binding)) {
      const text = message('secretNameTaken', { namespace: binding.namespace, name: generated.name });
      const failure = { stage: 'secret-key', message: text, cause: undefined } as const;
      return {
        resolution: derivedResolution(binding, { outcome: 'failed', failure }),
        made: undefined,
        keys: undefined,
        warnings,
      };
    }
    return { resolution, made: isThere ? undefined : made, keys, warnings };
  }

  /** As it is stored: one that was written by hand may have its values in `stringData`. */
  #there({ namespace }: Binding, { name }: Made): JsonObject | undefined {
    const state = this.#sources.read({ source: 'object', ...SECRET, namespace, name });
    return state.state === 'found' ? state.objects[0] : undefined;
  }
}
