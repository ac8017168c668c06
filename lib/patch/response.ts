/**
 * @module The four answers to an AdmissionReview. Every exit uses one of them, and every one leaves with HTTP 200.
 *
 * | outcome | allowed | when                                                                        |
 * |---------|---------|-----------------------------------------------------------------------------|
 * | allowed | true    | nothing to change, or a binding could not be applied (then with a warning)   |
 * | patched | true    | the workload was projected                                                   |
 * | denied  | false   | a policy says no (validation only: a workload is never denied)               |
 * | errored | false   | the body is no review that could be answered                                 |
 */
import {
  ADMISSION_GROUP,
  type AdmissionAnswer,
  type AdmissionResponse,
  type AdmissionVersion,
  type PatchOperation,
} from '../api/admission.ts';
import { toBase64 } from './base64.ts';

/** Whom to answer, and in which version. */
export interface Addressee {
  readonly version: AdmissionVersion;
  readonly uid: string;
}

export type Outcome = 'allowed' | 'patched' | 'denied' | 'errored';

export interface Answer {
  readonly outcome: Outcome;
  readonly review: AdmissionAnswer;
}

/** The API server warns about more than 256 characters a warning and cuts at 4096 in all. */
const MAX_WARNING = 256;
const MAX_WARNINGS = 15;

/** A warning is the value of an HTTP header: one line, no control characters. */
function warningText(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ');
  return line.length <= MAX_WARNING ? line : `${line.slice(0, MAX_WARNING - 1)}…`;
}

function warningMembers(warnings: readonly string[]): Pick<AdmissionResponse, 'warnings'> {
  return warnings.length === 0 ? {} : { warnings: warnings.slice(0, MAX_WARNINGS).map(warningText) };
}

function answer(
  outcome: Outcome,
  { version, uid }: Addressee,
  response: Omit<AdmissionResponse, 'uid'>,
): Answer {
  return {
    outcome,
    review: {
      kind: 'AdmissionReview',
      apiVersion: `${ADMISSION_GROUP}/${version}`,
      response: { uid, ...response },
    },
  };
}

export function allowed(to: Addressee, warnings: readonly string[] = []): Answer {
  return answer('allowed', to, { allowed: true, ...warningMembers(warnings) });
}

/** A patch without operations is no patch: that is `allowed`. */
export function patched(
  to: Addressee,
  operations: readonly PatchOperation[],
  warnings: readonly string[] = [],
): Answer {
  if (operations.length === 0) return allowed(to, warnings);
  const patch = toBase64(JSON.stringify(operations));
  return answer('patched', to, { allowed: true, patchType: 'JSONPatch', patch, ...warningMembers(warnings) });
}

export function denied(to: Addressee, message: string): Answer {
  return answer('denied', to, { allowed: false, status: { code: 403, message } });
}

/** `code` as in HTTP: 400 for a body that is no review, 413 for one that is too large, 500 for a fault of ours. */
export function errored(to: Addressee, code: number, message: string): Answer {
  return answer('errored', to, { allowed: false, status: { code, message } });
}
