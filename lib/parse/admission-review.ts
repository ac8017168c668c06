/**
 * @module AdmissionReview: unknown -> type. What cannot be read is told with as much as could be: version and uid.
 */
import {
  ADMISSION_GROUP,
  ADMISSION_VERSIONS,
  type AdmissionRequest,
  type AdmissionReview,
  type AdmissionVersion,
} from '../api/admission.ts';
import { dig, isObject, type Json, type JsonObject, own, textOf } from '../api/json.ts';
import { groupVersion } from '../api/kinds.ts';

export type ReviewParsed =
  | { readonly ok: true; readonly review: AdmissionReview }
  | {
      readonly ok: false;
      /** v1 if the body does not say. */
      readonly version: AdmissionVersion;
      /** Empty if it could not be read. */
      readonly uid: string;
      readonly message: string;
    };

function versionOf(apiVersion: string): AdmissionVersion | undefined {
  const { group, version } = groupVersion(apiVersion);
  return group === ADMISSION_GROUP ? ADMISSION_VERSIONS.find((known) => known === version) : undefined;
}

function parseRequest(request: JsonObject, uid: string): AdmissionRequest {
  const kind = own(request, 'kind');
  const resource = own(request, 'resource');
  return {
    uid,
    kind: {
      group: textOf(dig(kind, 'group')),
      version: textOf(dig(kind, 'version')),
      kind: textOf(dig(kind, 'kind')),
    },
    resource: {
      group: textOf(dig(resource, 'group')),
      version: textOf(dig(resource, 'version')),
      plural: textOf(dig(resource, 'resource')),
    },
    subResource: textOf(own(request, 'subResource')),
    operation: textOf(own(request, 'operation')),
    name: textOf(own(request, 'name')),
    namespace: textOf(own(request, 'namespace')),
    dryRun: own(request, 'dryRun') === true,
    userInfo: own(request, 'userInfo'),
    object: own(request, 'object'),
    oldObject: own(request, 'oldObject'),
  };
}

/** Reads the parsed body of a call. Only what no answer can do without is an error: a known version, a request, a uid. */
export function parseReview(body: Json): ReviewParsed {
  const uid = textOf(dig(body, 'request', 'uid'));
  const apiVersion = textOf(dig(body, 'apiVersion'));
  const version = versionOf(apiVersion);
  const fail = (message: string): ReviewParsed => ({ ok: false, version: version ?? 'v1', uid, message });

  if (!isObject(body)) return fail('the body is not an AdmissionReview: it is no JSON object');
  if (own(body, 'kind') !== 'AdmissionReview')
    return fail('the body is not an AdmissionReview: its kind is another');
  if (version === undefined) {
    return fail(
      `the AdmissionReview is of an unknown version: Cleat reads ${ADMISSION_GROUP}/v1 and v1beta1`,
    );
  }
  const request = own(body, 'request');
  if (!isObject(request)) return fail('the AdmissionReview has no request');
  if (uid === '') return fail('the AdmissionReview has no request.uid');
  return { ok: true, review: { version, request: parseRequest(request, uid) } };
}
