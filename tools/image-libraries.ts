/**
 * @module The shared libraries of a program on this machine, which an image has to bring along, and its loader.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The absolute paths at which the program looks for its libraries, the loader among them. Names are looked up by glibc
 * itself from version 2.34 on; before, it loaded further libraries that `ldd` does not know.
 */
export async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]);
  return librariesIn(stdout);
}

/** Reads what `ldd` prints. The kernel's own library (linux-vdso) is in no file. */
export function librariesIn(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    if (line.includes('not found')) throw new Error(`a library is missing on this machine: ${line.trim()}`);
    const [, path] = /^\s*(?:\S+ => )?(\/\S+) \(0x/.exec(line) ?? [];
    return path === undefined ? [] : [path];
  });
}
