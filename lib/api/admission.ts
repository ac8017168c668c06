/**
 * @module `admission.k8s.io` AdmissionReview, v1 and v1beta1 (which says the same in the same words).
 */
import type { Json } from './json.ts';
import type { GroupVersionKind } from './kinds.ts';

export const ADMISSION_GROUP = 'admission.k8s.io';
export const ADMISSION_VERSIONS = ['v1', 'v1beta1'] as const;
export type AdmissionVersion = (typeof ADMISSION_VERSIONS)[number];

export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: GroupVersionKind;
  /** The plural comes with the request, so no discovery is needed. */
  readonly resource: { readonly group: string; readonly version: string; readonly plural: string };
  /** `status`, `scale` …; empty for the object itself. */
  readonly subResource: string;
  /** CREATE, UPDATE, DELETE, CONNECT, or what a later API server may say. */
  readonly operation: string;
  /** Empty while the API server has still to generate it. */
  readonly name: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly dryRun: boolean;
  /** Who sends it. */
  readonly userInfo: Json | undefined;
  readonly object: Json | undefined;
  /** What stands there so far; null or undefined unless it is an UPDATE or a DELETE. */
  readonly oldObject: Json | undefined;
}

export interface AdmissionReview {
  /** The version to answer in. */
  readonly version: AdmissionVersion;
  readonly request: AdmissionRequest;
}

/** What `response.status` says: a meta/v1 Status, of which the API server shows the message. */
export interface AdmissionStatus {
  readonly code: number;
  readonly message: string;
}

export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patchType?: 'JSONPatch';
  /** Base64 of the JSON Patch. */
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly status?: AdmissionStatus;
}

export interface AdmissionAnswer {
  readonly kind: 'AdmissionReview';
  readonly apiVersion: string;
  readonly response: AdmissionResponse;
}

/** RFC 6902. */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly value?: Json;
}
