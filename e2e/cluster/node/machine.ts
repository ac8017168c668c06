/**
 * @module What a machine needs to be a node, and what is missing.
 */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Programs that no Go module gives, and the Debian packages that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  conntrack: 'conntrack',
  busybox: 'busybox-static',
  ip: 'iproute2',
  mount: 'mount',
  unshare: 'util-linux',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
};

/** All that an enclosure has of its own. */
const OWN = ['--mount', '--net', '--uts', '--ipc', '--cgroup', '--pid', '--fork', '--mount-proc'];

/** Administrators' programs are not on everybody's PATH. */
export const PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter);

/** A sentence on why no node can run here, or nothing. */
export async function obstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'a node that runs Pods needs Linux';
  if (!isRoot()) return 'a node that runs Pods needs root';
  const missing = await missingPackages();
  if (missing.length > 0) {
    return `a node that runs Pods needs: apt-get install --no-install-recommends ${missing.join(' ')}`;
  }
  return await run('unshare', [...OWN, 'true'], { env: { PATH } }).then(
    () => undefined,
    (error: unknown) => `a node that runs Pods needs namespaces of its own: ${String(error)}`,
  );
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export async function missingPackages(): Promise<readonly string[]> {
  const missing = new Set<string>();
  for (const [program, name] of Object.entries(PACKAGES)) if (!(await isThere(program))) missing.add(name);
  return [...missing];
}

async function isThere(program: string): Promise<boolean> {
  const folders = PATH.split(delimiter).filter((folder) => folder !== '');
  const places = program.startsWith('/') ? [program] : folders.map((folder) => join(folder, program));
  const found = await Promise.all(places.map((path) => isExecutable(path)));
  return found.includes(true);
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
