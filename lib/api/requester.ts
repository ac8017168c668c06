/**
 * @module Who asked for a binding, as the API server knows users, and the annotations that say so.
 */

/** `authentication.k8s.io/v1` UserInfo. */
export interface Requester {
  readonly username: string;
  /** Empty if the authenticator gives none. */
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** JSON of the requester; the Service Binding Operator's name and form. */
export const REQUESTER_ANNOTATION = 'servicebinding.io/requester';

/** What shows that Cleat wrote the requester there, for this spec of this object. */
export const SEAL_ANNOTATION = 'requester.cleat.dev/seal';

/** Sent by whoever wants to be the requester of a spec that is there already; never stored. */
export const CONFIRM_ANNOTATION = 'requester.cleat.dev/confirm';

/** When the API server asked for the seal: what makes it useless for any other object, or any other time. */
export type SealOccasion =
  | {
      /** Seconds since 1970: there is no uid yet. */
      readonly time: number;
      /** The prefix of a name that is not known yet either. */
      readonly generateName?: string;
    }
  | {
      readonly uid: string;
      /** Which the object has once the request is through. */
      readonly generation: number;
    };

/** The content of the seal's annotation. */
export interface Seal {
  readonly occasion: SealOccasion;
  /** Hexadecimal. */
  readonly mac: string;
}
