/**
 * @module The making of a binding's Secret, from what its services say.
 */
import type { Binding } from '../binding/binding.ts';
import { collectAnnotated } from './annotation-items.ts';
import { Annotations } from './annotations.ts';
import { Collection } from './collection.ts';
import { contentOf } from './content.ts';
import { Failure } from './failure.ts';
import type { Generated, Generation } from './generation.ts';
import { computeItems } from './mappings.ts';
import { nameItems } from './naming.ts';
import { outcomeOf } from './outcome.ts';
import { collectOwned } from './owned.ts';
import { collectSecrets } from './published-secrets.ts';
import { Reader, type Making } from './reader.ts';
import { readServices } from './service.ts';
import { Warnings } from './warnings.ts';
import { Work } from './work.ts';

/** Nothing is thrown, whatever the objects say; the work is bounded, and done in slices. */
export function* generate(binding: Binding): Making<Generation> {
  const warnings = new Warnings();
  try {
    const generated = yield* make(binding, warnings);
    return { generated, warnings: warnings.list };
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    return { generated: { outcome: 'failed', failure: failure.failure }, warnings: warnings.list };
  }
}

function* make(binding: Binding, warnings: Warnings): Making<Generated> {
  const { derivation } = binding;
  const older = derivation.olderSpellings;
  const reader = new Reader();
  const work = new Work();
  const annotations = new Annotations({ older, work });
  const collection = new Collection();
  const warn = (warning: string): void => warnings.add(warning);

  const services = yield* readServices(binding, reader);
  const sources = yield* collectSecrets(services, { reader, collection, older, annotations, work });
  const fromSecrets = collection.items.length;
  yield* work.spend(collection.weigh(), 'secret');
  yield* collectAnnotated(services, { binding, reader, collection, annotations, work, warn });
  yield* work.spend(collection.weigh(), 'annotation');
  if (derivation.ownedResources) yield* collectOwned(services, { reader, collection, older, work });
  yield* work.spend(collection.weigh(), 'service');
  const { items } = collection;
  const computed = yield* computeItems({ binding, services, items, work });
  const named = yield* nameItems(items, binding, work);
  const content = contentOf(binding, { named, computed }, warn);
  const hasMore = items.length > fromSecrets || computed.length > 0;
  return outcomeOf(binding, content, { sources, hasMore });
}
