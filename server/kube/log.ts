/**
 * @module What is said about the conversation with the API server.
 */

/** The part of pino that is used here. */
export interface Log {
  debug(object: object, message: string): void;
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
  error(object: object, message: string): void;
}
