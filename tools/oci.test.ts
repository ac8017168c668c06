import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { tarOf, type TarEntry } from './oci-tar.ts';
import { archiveOf, digestOf } from './oci.ts';

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const run = promisify(execFile);
const LONG = `${'a-folder/'.repeat(14)}a-name`;

function file(path: string, text: string, mode = 0o644): TarEntry {
  return { type: 'file', path, data: Buffer.from(text), mode };
}

const ENTRIES: readonly TarEntry[] = [
  { type: 'link', path: 'bin/sh', target: 'busybox' },
  { type: 'folder', path: 'tmp', mode: 0o1777 },
  file('bin/busybox', 'x'.repeat(512), 0o755),
  file(LONG, 'é'),
  file('empty', ''),
];

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cleat-oci-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

async function tar(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return (await run('tar', args, { cwd: folder, env })).stdout;
}

describe('a tar archive', () => {
  it('is what the tar of this machine reads: modes, links, folders above, all of root and without a date', async () => {
    await writeFile(join(folder, 'a.tar'), tarOf(ENTRIES));
    const listed = (await tar('--numeric-owner', '-tvf', 'a.tar')).trimEnd().split('\n');
    const withoutLong = listed.filter((line) => !line.includes('a-folder'));
    assert.deepEqual(
      withoutLong.map((line) => line.replaceAll(/ +/g, ' ')),
      [
        'drwxr-xr-x 0/0 0 1970-01-01 00:00 bin/',
        '-rwxr-xr-x 0/0 512 1970-01-01 00:00 bin/busybox',
        'lrwxrwxrwx 0/0 0 1970-01-01 00:00 bin/sh -> busybox',
        '-rw-r--r-- 0/0 0 1970-01-01 00:00 empty',
        'drwxrwxrwt 0/0 0 1970-01-01 00:00 tmp/',
      ],
    );
  });

  it('gives files back as they were, also below a path of more than 100 bytes', async () => {
    await writeFile(join(folder, 'b.tar'), tarOf(ENTRIES));
    await tar('-xf', 'b.tar');
    assert.equal(await readFile(join(folder, LONG), 'utf8'), 'é');
    assert.equal(await readFile(join(folder, 'bin/sh'), 'utf8'), 'x'.repeat(512));
  });

  it('is the same whatever the order of its entries', () => {
    assert.deepEqual(tarOf(ENTRIES), tarOf([...ENTRIES].reverse()));
  });

  it('says which path it cannot take', () => {
    assert.throws(() => tarOf([file('a', ''), file('a', '')]), /a is twice/);
    assert.throws(() => tarOf([file('a'.repeat(101), '')]), /too long/);
    assert.throws(() => tarOf([file(`${'a/'.repeat(130)}b`, '')]), /too long/);
    assert.throws(() => tarOf([{ type: 'link', path: 'a', target: 'b'.repeat(101) }]), /too long/);
  });
});

describe('an image archive', () => {
  const image = { name: 'cleat.dev/a:1', layers: [ENTRIES, [file('b', 'b')]], config: { User: '1:1' } };

  it('is an OCI layout: every digest and size is that of the blob, from the index down to the layers', async () => {
    await writeFile(join(folder, 'image.tar'), archiveOf(image));
    await tar('-xf', 'image.tar');
    const json = async <T>(path: string): Promise<T> =>
      JSON.parse(await readFile(join(folder, path), 'utf8')) as T;
    const blob = async ({ digest, size }: Descriptor): Promise<string> => {
      const path = `blobs/${digest.replace(':', '/')}`;
      const data = await readFile(join(folder, path));
      assert.equal(digestOf(data), digest);
      assert.equal(data.length, size);
      return path;
    };
    assert.deepEqual(await json('oci-layout'), { imageLayoutVersion: '1.0.0' });
    const { manifests } = await json<{ manifests: [Descriptor] }>('index.json');
    assert.equal(manifests[0].annotations?.['io.containerd.image.name'], 'cleat.dev/a:1');
    const manifest = await json<Manifest>(await blob(manifests[0]));
    const configPath = await blob(manifest.config);
    const config = await json<{ config: unknown; rootfs: { diff_ids: string[] } }>(configPath);
    const layers = await Promise.all(manifest.layers.map((layer) => blob(layer)));
    assert.deepEqual(config.config, { User: '1:1' });
    assert.deepEqual(
      config.rootfs.diff_ids,
      image.layers.map((layer) => digestOf(tarOf(layer))),
    );
    assert.deepEqual(await json('manifest.json'), [
      { Config: configPath, RepoTags: ['cleat.dev/a:1'], Layers: layers },
    ]);
    assert.equal((await tar('-tzf', String(layers[1]))).trim(), 'b');
  });

  it('is the same, byte for byte, when it is made again', () => {
    assert.equal(digestOf(archiveOf(image)), digestOf(archiveOf(image)));
  });
});
