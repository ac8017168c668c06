/**
 * @module A cluster of one real node that runs Pods: control plane, containerd, kubelet and kube-proxy, all in an enclosure.
 * The machine's own network, processes, mounts and files stay as they are, and any number of clusters run side by side.
 */
import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { provideProgram, resolveAssets } from '../assets.ts';
import { objectsOf, type Objects } from '../objects.ts';
import { freePort } from '../processes.ts';
import { connect, type Rest } from '../rest.ts';
import { BUSYBOX, busyboxImage } from './busybox.ts';
import { importImage } from './containerd.ts';
import { openEnclosure, type Enclosure } from './enclosure.ts';
import { obstacle } from './machine.ts';
import type { Access } from './orders.ts';
import { nodePrograms } from './programs.ts';

const run = promisify(execFile);

export interface NodeOptions {
  readonly apiServerArgs?: readonly string[];
}

export interface ClusterNode extends Objects, AsyncDisposable {
  readonly url: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly request: Rest['request'];
  /** Its folder and its process, for those who look after it from outside. */
  readonly enclosure: Enclosure;
  /** Gives Pods an image: an archive as `make image` makes it. */
  importImage(archive: string): Promise<void>;
  /** Runs kubectl as the administrator, and returns what it printed. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** The last lines of each log, for people. */
  logs(): Promise<string>;
  /** Lets it run on when this process ends. */
  leave(): Promise<void>;
  stop(): Promise<void>;
}

/** The node is ready, and has the image `BUSYBOX`. It ends with this process at the latest, unless it is left. */
export async function startNode(options: NodeOptions = {}): Promise<ClusterNode> {
  const reason = await obstacle();
  if (reason !== undefined) throw new Error(reason);
  await resolveAssets(); // what is missing is built now: inside there is no network to do so
  const [programs, port, image] = [await nodePrograms(), await freePort(), await busyboxImage()];
  const enclosure = await openEnclosure();
  const archive = join(enclosure.folder, 'busybox.tar');
  await writeFile(archive, image);
  const { apiServerArgs = [] } = options;
  const access = await enclosure.start({
    port,
    programs,
    sandbox: { name: BUSYBOX, archive },
    apiServerArgs,
  });
  return await nodeOf(enclosure, access, `https://127.0.0.1:${port}`);
}

async function nodeOf(enclosure: Enclosure, access: Access, url: string): Promise<ClusterNode> {
  const rest = connect(url, access.ca, access.admin);
  const kubectl = await provideProgram('kubectl');

  async function stop(): Promise<void> {
    await rest.close();
    await enclosure.end();
  }

  return {
    ...objectsOf(rest),
    url,
    kubeconfig: access.kubeconfig,
    request: rest.request,
    enclosure,
    importImage: async (archive) => await importImage(archive, join(enclosure.folder, 'root')),
    async kubectl(...args) {
      const cache = join(enclosure.folder, 'kubectl');
      const given = ['--kubeconfig', access.kubeconfig, '--cache-dir', cache];
      const { stdout } = await run(kubectl, [...given, ...args]);
      return stdout;
    },
    async logs() {
      const files = (await readdir(access.directory)).filter((name) => name.endsWith('.log'));
      const { stdout } = await run('tail', ['-v', '-n', '20', ...files], { cwd: access.directory });
      return stdout;
    },
    async leave() {
      await rest.close();
      await enclosure.leave();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
