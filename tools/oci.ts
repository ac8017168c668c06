/**
 * @module A container image as one archive, without a container engine: an OCI image layout that `docker load` reads too.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tarOf, type TarEntry } from './oci-tar.ts';

export interface Image {
  /** With registry and tag, such as `cleat.dev/cleat:1.0.0`. */
  readonly name: string;
  /** What changes least first. */
  readonly layers: readonly (readonly TarEntry[])[];
  /** As OCI's image configuration has it: `Entrypoint`, `User`, `Labels` and so on. */
  readonly config: Readonly<Record<string, unknown>>;
}

interface Blob {
  readonly mediaType: string;
  readonly data: Buffer;
}

const OCI = 'application/vnd.oci.image';
/** Node's names of processors in the words of Go, which are those of OCI. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The archive, as bytes that depend on the image alone. It has no date, or no two builds would be the same. */
export function archiveOf({ name, layers, config }: Image): Buffer {
  const tars = layers.map((layer) => tarOf(layer));
  const packed = tars.map((tar) => ({ mediaType: `${OCI}.layer.v1.tar+gzip`, data: gzipSync(tar) }));
  const configuration = json(`${OCI}.config.v1+json`, {
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => digestOf(tar)) },
  });
  const manifest = json(`${OCI}.manifest.v1+json`, {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptorOf(configuration),
    layers: packed.map((layer) => descriptorOf(layer)),
  });
  const tag = name.slice(name.lastIndexOf(':') + 1);
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': tag };
  const index = {
    schemaVersion: 2,
    mediaType: `${OCI}.index.v1+json`,
    manifests: [{ ...descriptorOf(manifest), annotations }],
  };
  const forDocker = [
    { Config: pathOf(configuration), RepoTags: [name], Layers: packed.map((layer) => pathOf(layer)) },
  ];
  const blobs = new Map([configuration, manifest, ...packed].map((blob) => [pathOf(blob), blob.data]));
  return tarOf([
    file('oci-layout', { imageLayoutVersion: '1.0.0' }),
    file('index.json', index),
    file('manifest.json', forDocker),
    ...[...blobs].map(([path, data]): TarEntry => ({ type: 'file', path, data, mode: 0o644 })),
  ]);
}

export function digestOf(data: Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

function json(mediaType: string, value: unknown): Blob {
  return { mediaType, data: Buffer.from(JSON.stringify(value)) };
}

function file(path: string, value: unknown): TarEntry {
  return { type: 'file', path, data: Buffer.from(JSON.stringify(value)), mode: 0o644 };
}

function descriptorOf({ mediaType, data }: Blob): {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
} {
  return { mediaType, digest: digestOf(data), size: data.length };
}

function pathOf({ data }: Blob): string {
  return `blobs/${digestOf(data).replace(':', '/')}`;
}
