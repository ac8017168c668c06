/**
 * @module `make image`: Cleat's container image as an archive, without a container engine. It has Node.js, the libraries
 * of this machine that it needs, and the bundle; no shell, and nothing that runs as root.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { librariesOf } from './image-libraries.ts';
import type { TarEntry } from './oci-tar.ts';
import { archiveOf } from './oci.ts';

const ROOT = join(import.meta.dirname, '..');
const NOBODY = 65_532;
const PROGRAM = 0o755;
const DATA = 0o644;

export const IMAGE_NAME = `cleat.dev/cleat:${manifest.version}`;
export const IMAGE_FILE = join(ROOT, 'dist/cleat-image.tar');

export interface ImageSources {
  /** The folder with `cleat.js` and its `chunks`. */
  readonly bundle: string;
  /** The Node.js program. */
  readonly node: string;
}

export async function buildImage({ bundle, node }: ImageSources): Promise<Buffer> {
  const runtime = [...system(), ...(await runtimeFiles(node))];
  return archiveOf({
    name: IMAGE_NAME,
    layers: [runtime, await applicationFiles(bundle)],
    config: {
      Entrypoint: ['/usr/local/bin/node', '/app/cleat.js'],
      User: `${NOBODY}:${NOBODY}`,
      WorkingDir: '/',
      Env: ['PATH=/usr/local/bin', 'NODE_ENV=production'],
      Labels: {
        'org.opencontainers.image.title': manifest.name,
        'org.opencontainers.image.description': manifest.description,
        'org.opencontainers.image.version': manifest.version,
        'org.opencontainers.image.licenses': manifest.license,
      },
    },
  });
}

/** What libraries and people expect of a system, and a user without rights. */
function system(): TarEntry[] {
  const files = {
    'etc/passwd': `root:x:0:0:root:/:/sbin/nologin\nnonroot:x:${NOBODY}:${NOBODY}:nonroot:/:/sbin/nologin\n`,
    'etc/group': `root:x:0:\nnonroot:x:${NOBODY}:\n`,
    'etc/nsswitch.conf': 'hosts: files dns\n',
  };
  return [
    { type: 'folder', path: 'tmp', mode: 0o1777 },
    ...Object.entries(files).map(([path, text]): TarEntry => ({
      type: 'file',
      path,
      data: Buffer.from(text),
      mode: DATA,
    })),
  ];
}

async function runtimeFiles(node: string): Promise<TarEntry[]> {
  const libraries = await librariesOf(node);
  const license = await optional(join(dirname(node), '../LICENSE'), 'usr/share/doc/node/LICENSE');
  return [
    await copy(node, 'usr/local/bin/node', PROGRAM),
    ...(await Promise.all(libraries.map((path) => copy(path, path.slice(1), PROGRAM)))),
    ...license,
  ];
}

async function applicationFiles(bundle: string): Promise<TarEntry[]> {
  const beside = await readdir(bundle);
  if (!beside.includes('cleat.js')) throw new Error(`${bundle} has no cleat.js: run \`make build\` first`);
  const chunks = await readdir(join(bundle, 'chunks'));
  const names = [
    ...beside.filter((name) => name.startsWith('cleat.js')),
    ...chunks.map((name) => `chunks/${name}`),
  ];
  return [
    ...(await Promise.all(names.map((name) => copy(join(bundle, name), `app/${name}`, DATA)))),
    await copy(join(ROOT, 'LICENSE'), 'app/LICENSE', DATA),
    { type: 'file', path: 'app/package.json', data: Buffer.from('{"type":"module"}\n'), mode: DATA },
  ];
}

async function copy(from: string, path: string, mode: number): Promise<TarEntry> {
  return { type: 'file', path, data: await readFile(from), mode };
}

async function optional(from: string, path: string): Promise<TarEntry[]> {
  return await copy(from, path, DATA).then(
    (entry) => [entry],
    () => [],
  );
}

if (import.meta.main) {
  const image = await buildImage({ bundle: join(ROOT, 'dist'), node: process.execPath });
  await mkdir(dirname(IMAGE_FILE), { recursive: true });
  await writeFile(IMAGE_FILE, image);
  const size = Math.round(image.length / 1024 / 1024);
  console.log(`${IMAGE_NAME} is in ${IMAGE_FILE} (${size} MiB).
Bring it to a node:  ctr --namespace k8s.io images import ${IMAGE_FILE}
or to Docker:        docker load --input ${IMAGE_FILE}`);
}
