/**
 * @module `cleat inject`: what the webhook would do, to files, without a cluster.
 */
import type { Readable, Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { JsonObject } from '../../lib/api/json.ts';
import { inject, type InjectedObject, type InjectResult } from '../../lib/inject/inject.ts';
import { fileProblem, listManifests, type ManifestFile, readManifest } from '../source/files/read.ts';
import { unifiedDiff } from '../text/diff.ts';
import { editDocument } from '../text/edit.ts';
import { joinDocuments } from '../text/join.ts';
import { maskText } from '../text/mask.ts';
import { renderObject } from '../text/render.ts';
import { readStream, type TextDocument } from '../text/stream.ts';
import { ExitCode, Problem } from './problem.ts';

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

const STDIN = '-';

async function readInput(paths: readonly string[], stdin: Readable): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of paths) {
    if (path === STDIN)
      files.push({ path: 'standard input', ...readStream(await readAll(stdin), { name: 'standard input' }) });
    else files.push(...(await readPath(path)));
  }
  return files;
}

async function readPath(path: string): Promise<readonly ManifestFile[]> {
  try {
    return await Promise.all((await listManifests([path])).map(readManifest));
  } catch (error) {
    throw new Problem(`${path}: ${fileProblem(error)}`);
  }
}

/** Errors end the command before anything is printed: half a stream must not reach kubectl. */
function checkInput(files: readonly ManifestFile[], warn: (text: string) => void): void {
  const problems = files.flatMap((file) => file.problems.map((problem) => ({ ...problem, path: file.path })));
  const lines = problems.map(({ path, line, column, message, severity }) => ({
    severity,
    text: `${path}:${line}:${column}: ${message}`,
  }));
  for (const { severity, text } of lines) if (severity === 'warning') warn(text);
  const errors = lines.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Problem(errors.map(({ text }) => text).join('\n'));
}

const objectsOf = (files: readonly ManifestFile[]): readonly JsonObject[] =>
  files.flatMap(({ documents }) => documents.flatMap(({ objects }) => objects.map(({ value }) => value)));

/** What became of the objects of one document. */
type Change = { readonly path: readonly (string | number)[]; readonly value: JsonObject };

function changesOf({ objects }: TextDocument, injected: Iterator<InjectedObject>): readonly Change[] {
  return objects.flatMap(({ path }) => {
    const { value } = injected.next();
    if (value === undefined || value.after === value.before) return [];
    return [{ path, value: value.after }];
  });
}

/** One document of a file, with its text as it will be. */
interface Rewritten {
  readonly document: TextDocument;
  readonly changes: readonly Change[];
  readonly source: string;
}

function rewrite(files: readonly ManifestFile[], result: InjectResult): readonly (readonly Rewritten[])[] {
  const injected = result.objects[Symbol.iterator]();
  return files.map(({ documents }) =>
    documents.map((document) => {
      const changes = changesOf(document, injected);
      return {
        document,
        changes,
        source: changes.length === 0 ? document.source : editDocument(document, changes),
      };
    }),
  );
}

const textOf = (documents: readonly Rewritten[]): string =>
  documents.map(({ document, source }) => document.opening + source + document.closing).join('');

/** A document whose only object is the document itself; otherwise it is a List, of which some items changed. */
function changedText({ changes, source }: Rewritten): readonly string[] {
  if (changes.length === 0) return [];
  return changes.some(({ path }) => path.length === 0)
    ? [source]
    : changes.map(({ value }) => renderObject(value));
}

function render(
  options: InjectCommandOptions,
  color: boolean,
  files: readonly ManifestFile[],
  result: InjectResult,
): string {
  if (options.output === 'json' && !options.diff) {
    const printed = result.objects.filter(({ before, after }) => !options.changed || before !== after);
    return `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: printed.map(({ after }) => after) }, null, 2)}\n`;
  }
  const rewritten = rewrite(files, result);
  if (options.diff) {
    const diffs = files.map(({ path, documents }, index) => {
      const before = documents.map(({ opening, source, closing }) => opening + source + closing).join('');
      const after = textOf(rewritten[index] ?? []);
      return before === after ? '' : unifiedDiff(maskText(before), maskText(after), { label: path, color });
    });
    return diffs.join('');
  }
  return joinDocuments(
    options.changed
      ? rewritten.flatMap((documents) => documents.flatMap(changedText))
      : rewritten.map(textOf),
  );
}

function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      // Whoever reads has seen enough (`| head`): that is no failure of ours.
      if (error && 'code' in error && error.code === 'EPIPE') resolve();
      else if (error) reject(error);
      else resolve();
    });
  });
}

/** Reads, injects, prints. Resolves with the exit code. Errors: a Problem for input that cannot be read. */
export async function injectCommand(
  options: InjectCommandOptions,
  streams: InjectStreams,
): Promise<ExitCode> {
  const tell = (kind: string, text: string): void => void streams.stderr.write(`${kind}: ${text}\n`);
  const files = await readInput(options.filename, streams.stdin);
  const resources = await readInput(options.resources, streams.stdin);
  checkInput([...files, ...resources], (text) => tell('warning', text));

  const result = inject(
    { objects: objectsOf(files), resources: objectsOf(resources) },
    { status: options.status, requireSecrets: options.requireSecrets },
  );
  await write(streams.stdout, render(options, streams.color, files, result));
  for (const warning of result.warnings) tell('warning', warning);
  const notReady = result.bindings.filter(({ ready }) => !ready);
  for (const { binding, message } of notReady) tell('not ready', `${binding}: ${message}`);
  return notReady.length === 0 ? ExitCode.done : ExitCode.notReady;
}
