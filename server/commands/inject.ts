/**
 * @module `cleat inject`: what the webhook would do, to files, without a cluster.
 */
import type { Readable, Writable } from 'node:stream';
import type { JsonObject } from '../../lib/api/json.ts';
import { inject } from '../../lib/inject/inject.ts';
import type { ManifestFile } from '../source/files/read.ts';
import { ExitCode } from './problem.ts';
import { readInput } from './read-input.ts';
import { renderInjected } from './render-injected.ts';

export interface InjectCommandOptions {
  /** Files, folders, and `-` for standard input. */
  readonly filename: readonly string[];
  readonly resources: readonly string[];
  readonly output: 'yaml' | 'json';
  readonly diff: boolean;
  readonly changed: boolean;
  readonly status: boolean;
  readonly requireSecrets: boolean;
}

export interface InjectStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a diff may be coloured. */
  readonly color: boolean;
}

const objectsOf = (files: readonly ManifestFile[]): readonly JsonObject[] =>
  files.flatMap(({ documents }) => documents.flatMap(({ objects }) => objects.map(({ value }) => value)));

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      // Whoever reads has seen enough (`| head`): that is no failure of ours.
      if (error && !('code' in error && error.code === 'EPIPE')) reject(error);
      else resolve();
    });
  });
}

/** Reads, injects, prints. Resolves with the exit code. Errors: a Problem for input that cannot be read. */
export async function injectCommand(
  options: InjectCommandOptions,
  { stdin, stdout, stderr, color }: InjectStreams,
): Promise<ExitCode> {
  // What goes wrong with a write reaches its callback; an event that nobody hears would end the process.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const tell = (kind: string, text: string): void => void stderr.write(`${kind}: ${text}\n`);
  const { files, resources } = await readInput(options, stdin, (text) => tell('warning', text));

  const result = inject(
    { objects: objectsOf(files), resources: objectsOf(resources) },
    { status: options.status, requireSecrets: options.requireSecrets },
  );
  await write(stdout, renderInjected(files, result, { ...options, color }));
  for (const warning of result.warnings) tell('warning', warning);
  const notReady = result.bindings.filter(({ ready }) => !ready);
  for (const { binding, message } of notReady) tell('not ready', `${binding}: ${message}`);
  return notReady.length === 0 ? ExitCode.done : ExitCode.notReady;
}
