/**
 * @module An image with a shell and the small Unix programs, made of this machine's own busybox. What it does unless told
 * is nothing, so that it serves as a sandbox as well.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { TarEntry } from '../../../tools/oci-tar.ts';
import { archiveOf } from '../../../tools/oci.ts';

const run = promisify(execFile);

export const BUSYBOX = 'cleat.dev/busybox:1';

export async function busyboxImage(): Promise<Buffer> {
  const program = '/bin/busybox';
  const { stdout } = await run(program, ['--list']);
  const names = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  const layer: TarEntry[] = [
    { type: 'file', path: 'bin/busybox', data: await readFile(program), mode: 0o755 },
    ...names.map((name): TarEntry => ({ type: 'link', path: `bin/${name}`, target: 'busybox' })),
    { type: 'folder', path: 'tmp', mode: 0o1777 },
  ];
  return archiveOf({
    name: BUSYBOX,
    layers: [layer],
    config: { Cmd: ['/bin/sleep', '2147483647'], Env: ['PATH=/bin'], User: '65532:65532' },
  });
}
