/**
 * @module containerd and the network of Pods, inside an enclosure: its folders below /run and /var/lib are the node's own.
 */
import { execFile } from 'node:child_process';
import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Workshop } from '../processes.ts';
import { untilReady } from '../until-ready.ts';
import { POD_RANGE } from './settings.ts';

const run = promisify(execFile);

export const SOCKET = '/run/containerd/containerd.sock';
const STATE = '/var/lib/containerd';
const PLUGINS = '/usr/lib/cni';
const OVERLAY_FILESYSTEM = 0x79_4c_76_30;

/** Starts it and waits until it serves; the sandbox image is what holds the network of a Pod. */
export async function startContainerd(
  folder: string,
  sandboxImage: string,
  start: Workshop['start'],
): Promise<void> {
  const networks = join(folder, 'cni');
  const config = join(folder, 'containerd.toml');
  await Promise.all([mkdir(networks), mkdir(STATE, { recursive: true })]);
  await writeFile(join(networks, '10-cleat.conflist'), JSON.stringify(network()));
  await writeFile(config, configuration({ networks, sandboxImage, snapshotter: await snapshotter() }));
  const program = await start('containerd', 'containerd', ['--config', config]);
  await untilReady(program, async () => await run('ctr', ['--address', SOCKET, 'version']).then(() => true));
}

/** Seen from outside, the node's files lie below a root of their own. */
export async function importImage(archive: string, root = '/'): Promise<void> {
  await run('ctr', ['--address', join(root, SOCKET), '--namespace', 'k8s.io', 'images', 'import', archive]);
}

/** An overlay does not lie on an overlay, which is what a container has as its root. */
async function snapshotter(): Promise<string> {
  return (await statfs(STATE)).type === OVERLAY_FILESYSTEM ? 'native' : 'overlayfs';
}

interface Configuration {
  readonly networks: string;
  readonly sandboxImage: string;
  readonly snapshotter: string;
}

function configuration({ networks, sandboxImage, snapshotter }: Configuration): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${STATE}"

[plugins."io.containerd.internal.v1.opt"]
path = "${STATE}/opt"

[${cri}]
sandbox_image = "${sandboxImage}"
# Without CAP_SYS_RESOURCE runc may not lower a score, and every sandbox would fail.
restrict_oom_score_adj = true

[${cri}.containerd]
snapshotter = "${snapshotter}"

[${cri}.containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
SystemdCgroup = false

[${cri}.cni]
bin_dir = "${PLUGINS}"
conf_dir = "${networks}"
`;
}

function network(): object {
  return {
    cniVersion: '0.4.0',
    name: 'cleat',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cleat0',
        isGateway: true,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: POD_RANGE }]], routes: [{ dst: '0.0.0.0/0' }] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
