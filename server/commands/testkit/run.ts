/**
 * @module `cleat inject` run in this process, with streams of its own.
 */
import { Readable, Writable } from 'node:stream';
import { injectCommand, type InjectCommandOptions } from '../inject.ts';
import { Problem } from '../problem.ts';

class Collected extends Writable {
  text = '';

  override _write(chunk: unknown, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As main does it: a Problem is one sentence on standard error, and 1. */
export async function runInject(
  options: Partial<InjectCommandOptions>,
  stdin = '',
  color = false,
): Promise<Ran> {
  const stdout = new Collected();
  const stderr = new Collected();
  const defaults: InjectCommandOptions = {
    filename: ['-'],
    resources: [],
    output: 'yaml',
    diff: false,
    changed: false,
    status: true,
    requireSecrets: false,
  };
  const streams = { stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, color };
  try {
    const code = await injectCommand({ ...defaults, ...options }, streams);
    return { code, stdout: stdout.text, stderr: stderr.text };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { code: 1, stdout: stdout.text, stderr: `${stderr.text}${error.message}` };
  }
}
