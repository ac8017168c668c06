/**
 * @module Building a program from the Go module that pins it, under a lock: test processes run side by side.
 */
import { spawn } from 'node:child_process';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withLock } from './file-lock.ts';

/** A program and the Go module in this repository that pins its version. */
export interface AssetSource {
  readonly program: string;
  /** What the program belongs to; programs of one product have one version. */
  readonly product: string;
  /** The folder of the go.mod. */
  readonly folder: string;
  /** The module whose version is the program's. */
  readonly module: string;
  readonly package: string;
  /** Variables that the linker sets, by their full names, so that the program knows its version. */
  readonly variables?: (version: string) => Readonly<Record<string, string>>;
  /** About how long it takes, for people. */
  readonly duration: string;
}

/** The version that the go.mod requires, such as `v1.36.3`. */
export async function readVersion({ folder, module }: AssetSource): Promise<string> {
  const file = join(folder, 'go.mod');
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const words = lines.map((line) => (line[0] === 'require' ? line.slice(1) : line));
  const version = words.find(([name, what]) => name === module && what?.startsWith('v'))?.[1];
  if (version === undefined) throw new Error(`${file} does not require ${module}`);
  return version;
}

/** Builds the program to the target path, unless another process has just done so. */
export async function buildAsset(source: AssetSource, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await withLock(`${target}.lock`, async () => {
    if (await exists(target)) return;
    const version = await readVersion(source);
    console.error(`building ${source.program} ${version} once, about ${source.duration} ...`);
    const temporary = `${target}.${process.pid}.tmp`;
    try {
      await runGo(source.folder, ['-ldflags', linkerFlags(source, version), '-o', temporary, source.package]);
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
  });
}

function linkerFlags({ variables }: AssetSource, version: string): string {
  const flags = Object.entries(variables?.(version) ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return ['-s -w', ...flags].join(' ');
}

async function runGo(folder: string, args: readonly string[]): Promise<void> {
  const child = spawn('go', ['build', '-trimpath', ...args], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4000);
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build in ${folder} failed:\n${output}`));
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
