/**
 * @module What making a Secret asks of the world, and what comes of it. Making one is a generator: it yields what it has
 * to read, whoever drives it reads that (a cluster, or the input of `inject`) and resumes it with the answers, in their
 * order. So it stays pure, the reads come in one fixed order, and what was asked for is what the Secret depends on.
 */
import type { JsonObject } from '../api/json.ts';
import type { GroupVersionKind } from '../api/kinds.ts';
import type { BindingKey, ServiceReference } from '../binding/binding.ts';

/** One thing that a Secret depends on. */
export type SourceReference =
  /** One object, whole: a service, a Secret, a ConfigMap. `resource` is its plural, where that is what is known. */
  | ({ readonly source: 'object'; readonly resource?: string } & ServiceReference)
  /** The CustomResourceDefinition of a kind; built-in kinds have none. */
  | ({ readonly source: 'definition'; readonly resource?: string } & GroupVersionKind)
  /** The objects of one kind in a namespace that an object owns, in the API's order. */
  | ({ readonly source: 'owned'; readonly namespace: string; readonly owner: string } & GroupVersionKind)
  /** The ClusterServiceVersions in a namespace; none where descriptors are not asked for. */
  | { readonly source: 'descriptors'; readonly namespace: string };

export type SourceState =
  | { readonly state: 'found'; readonly objects: readonly JsonObject[] }
  /** There is no such object, or no such kind. A list that is empty is `found`. */
  | { readonly state: 'absent' }
  /** Cleat may not read it, or the requester may not: says who lacks what, and how to grant it. */
  | { readonly state: 'denied'; readonly message: string };

/** What is yielded. A `pause` lets others have the event loop, and is answered with nothing. */
export type Demand =
  | { readonly demand: 'read'; readonly sources: readonly SourceReference[] }
  | { readonly demand: 'pause' };

/** What went wrong, in the order in which it is looked at. */
export type GenerationStage =
  /** The service cannot be resolved or read (ErrorReadingServices). */
  | 'service'
  /** Its CustomResourceDefinition cannot be read (ErrorReadingCRD). */
  | 'definition'
  /** What an annotation leads to is not there (ErrorReadingBinding). */
  | 'binding'
  /** The Secret that the service names cannot be read (ErrorReadingSecret). */
  | 'secret'
  /** An annotation does not parse (InvalidAnnotation). */
  | 'annotation'
  /** A value inside a collected map or list is missing (ValueNotFound). */
  | 'value'
  | 'mapping'
  | 'naming'
  /** A name that no Secret's key can have, or more than a Secret can hold (ErrorPersistingSecret). */
  | 'secret-key'
  /** v1alpha2: no entry `type` (APP-4, APP-12). */
  | 'type';

export interface GenerationFailure {
  readonly stage: GenerationStage;
  /** What, on which object, and what to do. Never a Secret's value. */
  readonly message: string;
  /**
   * `absent`: the service itself is not there. `denied`: a right is lacking, of Cleat's or of the requester's; nobody
   * tells when it is granted. Undefined: what is said by the objects is wrong.
   */
  readonly cause: 'absent' | 'denied' | undefined;
}

export type Generated =
  | { readonly outcome: 'failed'; readonly failure: GenerationFailure }
  /** Nothing was collected: there is no Secret (NoBindingData). */
  | { readonly outcome: 'nothing' }
  /** A service's own Secret has just what is wanted, in the binding's namespace: it is projected itself. */
  | {
      readonly outcome: 'reuse';
      readonly name: string;
      /** The names of its entries. */
      readonly entries: ReadonlySet<string>;
      readonly keys: readonly BindingKey[];
    }
  | {
      readonly outcome: 'make';
      /** `<binding>-<8 hex of the content's hash>`, cut to 253. */
      readonly name: string;
      /** Values in base64, by key in ascending byte order. */
      readonly data: ReadonlyMap<string, string>;
      /** `Opaque`, or `service.binding/{type}`. */
      readonly type: string;
      readonly keys: readonly BindingKey[];
    };

export interface Generation {
  readonly generated: Generated;
  /** What the user should know and need not mend now, such as options that no annotation has. */
  readonly warnings: readonly string[];
}
