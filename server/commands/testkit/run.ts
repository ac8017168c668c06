/**
 * @module `cleat inject` run in this process, with streams and a folder of its own.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { after } from 'node:test';
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

const folders: string[] = [];
// Here and not where a folder is made: in a hook, `after` would mean after that hook.
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder with the files in it, for as long as the tests of the file run. */
export async function aFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cleat-commands-'));
  folders.push(folder);
  await writeFiles(folder, files);
  return folder;
}

export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
