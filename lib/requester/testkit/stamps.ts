/**
 * @module What tests look for in a stamped binding, and what they write into it.
 */
import { dig, type Json, type JsonObject } from '../../api/json.ts';
import { CONFIRM_ANNOTATION, REQUESTER_ANNOTATION, SEAL_ANNOTATION } from '../../api/requester.ts';
import { verifyRequester } from '../verify.ts';
import { type ApiServer, KEY } from './api-server.ts';

export const annotated = (annotations: JsonObject): JsonObject => ({ metadata: { annotations } });
export const CONFIRM: JsonObject = annotated({ [CONFIRM_ANNOTATION]: 'true' });
export const NEW_SPEC: JsonObject = { spec: { bindAsFiles: true } };

export const requester = (object: JsonObject): string | undefined => verifyRequester(object, KEY)?.username;

export const annotation = (object: JsonObject, key: string): Json | undefined =>
  dig(object, 'metadata', 'annotations', key);

/** Both annotations; null where there is none. */
export const stampOf = (object: JsonObject): JsonObject => ({
  [REQUESTER_ANNOTATION]: annotation(object, REQUESTER_ANNOTATION) ?? null,
  [SEAL_ANNOTATION]: annotation(object, SEAL_ANNOTATION) ?? null,
});

/** Of the last answer. */
export const warnings = (server: ApiServer): readonly string[] =>
  server.answers.at(-1)?.review.response.warnings ?? [];
