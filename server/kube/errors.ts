/**
 * @module How a request to the API server can fail: it was answered by an error, or not answered at all.
 */
import { dig, type Json, listAt, textOf } from '../../lib/api/json.ts';

/** What is wrong with one field, or what one rule says. Each may be empty. */
export interface ApiErrorCause {
  /** Such as `FieldValueInvalid`. */
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

interface ApiErrorDetails {
  readonly status: number;
  /** The API's word for it, such as `Forbidden`, `Expired` or `Conflict`; empty if it gives none. */
  readonly reason: string;
  readonly message: string;
  readonly causes?: readonly ApiErrorCause[];
  readonly retryAfterSeconds?: number | undefined;
}

/** The API server (or something before it) answered, and not with success. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  /** What the message says, piece by piece, where the API server tells it so. */
  readonly causes: readonly ApiErrorCause[];
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, reason, message, causes = [], retryAfterSeconds }: ApiErrorDetails) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.reason = reason;
    this.causes = causes;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type TransportFailure =
  /** No connection, or one that broke. */
  | 'connection'
  | 'timeout'
  /** Not the JSON, or not the kind of JSON, that the API promises. */
  | 'unreadable'
  /** Credentials could not be had, for example from an exec plugin. */
  | 'credentials'
  /** What was asked for cannot be said at this moment. */
  | 'unsettled';

/** There was no answer, or none that can be understood. */
export class TransportError extends Error {
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransportError';
    this.failure = failure;
  }
}

/** True for an {@link ApiError} with one of these statuses. */
export function hasStatus(error: unknown, ...statuses: readonly number[]): error is ApiError {
  return error instanceof ApiError && statuses.includes(error.status);
}

const PASSING: ReadonlySet<number> = new Set([401, 408, 409, 429]);

/** An answer that says nothing of the object: somebody else was quicker, too many requests, an API server in trouble. */
export const isPassing = ({ status }: ApiError): boolean => status >= 500 || PASSING.has(status);

/** Longer bodies are pages made for people, by a proxy. */
const MESSAGE_LENGTH = 300;

/** The error in a body: a `Status` object from the API server, any text from what stands before it. */
export function apiErrorFromBody(what: string, status: number, body: string, retryAfter?: string): ApiError {
  const value = parseOrText(body);
  const { reason, message, causes, retryAfterSeconds } = statusDetails(value);
  const said = message ?? body.slice(0, MESSAGE_LENGTH).trim();
  return new ApiError({
    status,
    reason,
    message: `${what}: HTTP ${status}${said === '' ? '' : `: ${said}`}`,
    causes,
    retryAfterSeconds: seconds(retryAfter) ?? retryAfterSeconds,
  });
}

/** The error in a `Status` object that came as an event of a watch. */
export function apiErrorFromStatus(what: string, status: Json | undefined): ApiError {
  const code = dig(status, 'code');
  const { reason, message = 'no message', retryAfterSeconds } = statusDetails(status);
  return new ApiError({
    status: typeof code === 'number' ? code : 500,
    reason,
    message: `${what}: ${message}`,
    retryAfterSeconds,
  });
}

/** What an error says, with what its causes say. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError) {
    const parts = error.errors.map(describeError);
    return [error.message, ...new Set(parts)].filter((part) => part !== '').join('; ');
  }
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : describeError(error.cause);
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}

interface StatusDetails {
  readonly reason: string;
  readonly causes: readonly ApiErrorCause[];
  readonly message?: string;
  readonly retryAfterSeconds?: number;
}

function statusDetails(status: Json | undefined): StatusDetails {
  const [reason, message] = [dig(status, 'reason'), dig(status, 'message')];
  const retryAfterSeconds = dig(status, 'details', 'retryAfterSeconds');
  return {
    causes: listAt(status, 'details', 'causes').map(causeOf),
    reason: typeof reason === 'string' ? reason : '',
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof retryAfterSeconds === 'number' ? { retryAfterSeconds } : {}),
  };
}

const causeOf = (cause: Json): ApiErrorCause => ({
  reason: textOf(dig(cause, 'reason')),
  field: textOf(dig(cause, 'field')),
  message: textOf(dig(cause, 'message')),
});

function parseOrText(body: string): Json {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/** Seconds in digits; the other form, a date, is not what API servers send. */
function seconds(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}
