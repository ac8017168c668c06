/**
 * @module Structured logs: one JSON line each, a constant message with its variables beside it, never a Secret's value.
 */
import { type Logger, pino } from 'pino';

export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'isLevelEnabled'>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Logs to standard error, so that standard output stays what a command prints. */
export function createLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: { name: 'cleat' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 2, sync: false }),
  );
}

/** For tests and for whoever wants silence. */
export const silent: Log = pino({ level: 'silent' });
