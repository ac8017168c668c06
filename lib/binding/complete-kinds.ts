/**
 * @module References that name a resource by its plural, completed with the kind: workloads and services are told by kind.
 */
import type { Binding } from './binding.ts';

/** The kind of a plural; undefined if it is not known (yet). */
export type KindOf = (group: string, plural: string) => string | undefined;

interface Reference {
  readonly group: string;
  readonly kind: string;
  readonly resource?: string;
}

/** The plural wins over the kind. One that is not known leaves the reference as it is. */
function complete<R extends Reference>(reference: R, kindOf: KindOf): R {
  const { group, kind, resource } = reference;
  const known = resource === undefined ? undefined : kindOf(group, resource);
  return known === undefined || known === kind ? reference : { ...reference, kind: known };
}

/** Whether a reference names a resource whose kind is not known. */
export function lacksKinds({ workload, services }: Pick<Binding, 'workload' | 'services'>): boolean {
  return [workload, ...services].some(({ kind, resource }) => kind === '' && resource !== undefined);
}

/** The very same binding if no reference names a resource. */
export function completeKinds(binding: Binding, kindOf: KindOf = () => undefined): Binding {
  const { workload, services } = binding;
  const named = [workload, ...services].some(({ resource }) => resource !== undefined);
  if (!named) return binding;
  return {
    ...binding,
    workload: complete(workload, kindOf),
    services: services.map((service) => complete(service, kindOf)),
  };
}
