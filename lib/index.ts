/**
 * @module Cleat's pure core, for tools that want to bind without a cluster or inside their own process.
 *
 * @example
 * import { inject } from 'cleat';
 *
 * const { objects, bindings } = inject({ objects: [secret, serviceBinding, deployment] });
 * if (bindings.every(({ ready }) => ready)) apply(objects.map(({ after }) => after));
 */
export type { Json, JsonObject } from './api/json.ts';
export type { AdmissionAnswer, AdmissionResponse, PatchOperation } from './api/admission.ts';
export type { Condition, ConditionStatus } from './api/condition.ts';
export type { GroupKind, GroupVersionKind } from './api/kinds.ts';
export type { ObjectIdentity, ObjectSink } from './api/sink.ts';
export {
  inject,
  type InjectedObject,
  type InjectInput,
  type InjectOptions,
  type InjectResult,
} from './inject/inject.ts';
export type { BindingResult } from './inject/status.ts';
export { mutate, type Mutation } from './mutate.ts';
export { diff } from './patch/diff.ts';
export type { Lister, MappingLookup, ServiceState } from './resolve/lister.ts';
export { type KnownWorkload, NO_WORKLOADS, type WorkloadLister } from './resolve/workload-lister.ts';
export { Store, type StoreOptions } from './store/store.ts';
export { validate, type Validation } from './validate.ts';
