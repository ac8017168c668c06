import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, afterEach, suite, test } from 'node:test';
import { cachePath, provideProgram, resolveAssets } from './assets.ts';

let root = '';
let env: Record<string, string> = {};

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cleat-assets-'));
  env = { XDG_CACHE_HOME: join(root, 'cache') };
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function putProgram(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '', { mode: 0o755 });
  return path;
}

const neverBuild = (): never => assert.fail('nothing is to be built');

suite('the cache', () => {
  test('is under XDG_CACHE_HOME, else under the home folder, in folders named after the pinned versions', async () => {
    const cached = await cachePath('kube-apiserver', env);
    assert.match(cached, /\/cache\/cleat\/assets\/kubernetes-v\d+\.\d+\.\d+\/kube-apiserver$/);
    const etcd = await cachePath('etcd', { HOME: '/home/me' });
    assert.match(etcd, /^\/home\/me\/\.cache\/cleat\/assets\/etcd-v\d+\.\d+\.\d+\/etcd$/);
    const goMod = await readFile(join(import.meta.dirname, 'assets/etcd/go.mod'), 'utf8');
    const [, version = ''] = /etcd-(v[^/]+)/.exec(etcd) ?? [];
    assert.ok(goMod.includes(`go.etcd.io/etcd/server/v3 ${version}`));
  });
});

suite('assets are resolved', () => {
  test('from KUBEBUILDER_ASSETS, even if the cache has them too', async () => {
    const folder = join(root, 'given');
    const etcd = await putProgram(join(folder, 'etcd'));
    const kubeApiserver = await putProgram(join(folder, 'kube-apiserver'));
    const kubectl = await putProgram(join(folder, 'kubectl'));
    await putProgram(await cachePath('etcd', env));
    await putProgram(await cachePath('kube-apiserver', env));
    assert.deepEqual(await resolveAssets({ ...env, KUBEBUILDER_ASSETS: folder }, neverBuild), {
      kubeApiserver,
      etcd,
      kubectl,
      origin: `KUBEBUILDER_ASSETS (${folder})`,
    });
  });

  test('from the cache, without building', async () => {
    const etcd = await putProgram(await cachePath('etcd', env));
    const kubeApiserver = await putProgram(await cachePath('kube-apiserver', env));
    assert.deepEqual(await resolveAssets(env, neverBuild), { kubeApiserver, etcd, origin: 'the cache' });
  });

  test('by building just what the cache lacks', async () => {
    const etcd = await putProgram(await cachePath('etcd', env));
    const kubeApiserver = await cachePath('kube-apiserver', env);
    const assets = await resolveAssets(env, async (source, target) => {
      assert.equal(source.program, 'kube-apiserver');
      await putProgram(target);
    });
    assert.deepEqual(assets, { kubeApiserver, etcd, origin: 'the cache (kube-apiserver built just now)' });
  });

  test('with kubectl from the PATH if it is not beside them', async () => {
    await putProgram(await cachePath('etcd', env));
    await putProgram(await cachePath('kube-apiserver', env));
    const kubectl = await putProgram(join(root, 'bin/kubectl'));
    const assets = await resolveAssets({ ...env, PATH: `/nowhere:${join(root, 'bin')}` }, neverBuild);
    assert.equal(assets.kubectl, kubectl);
  });
});

suite('one program is provided', () => {
  test('from KUBEBUILDER_ASSETS if it is there, else from the cache, since setup-envtest has only three of them', async () => {
    const folder = join(root, 'given');
    const given = await putProgram(join(folder, 'kubectl'));
    await putProgram(await cachePath('kubectl', env));
    const helm = await putProgram(await cachePath('helm', env));
    const both = { ...env, KUBEBUILDER_ASSETS: folder };
    assert.equal(await provideProgram('kubectl', both, neverBuild), given);
    assert.equal(await provideProgram('helm', both, neverBuild), helm);
  });

  test('from the PATH only where the version does not matter', async () => {
    const bin = join(root, 'bin');
    const promtool = await putProgram(join(bin, 'promtool'));
    await putProgram(join(bin, 'kubelet'));
    assert.equal(await provideProgram('promtool', { ...env, PATH: bin }, neverBuild), promtool);
    const built: string[] = [];
    const kubelet = await provideProgram('kubelet', { ...env, PATH: bin }, async ({ program }, target) => {
      built.push(program);
      await putProgram(target);
    });
    assert.equal(kubelet, await cachePath('kubelet', env));
    assert.deepEqual(built, ['kubelet']);
  });

  test('as the pinned version rather than what is on the PATH', async () => {
    const cached = await putProgram(await cachePath('kubectl', env));
    await putProgram(await cachePath('etcd', env));
    await putProgram(await cachePath('kube-apiserver', env));
    const bin = join(root, 'bin');
    await putProgram(join(bin, 'kubectl'));
    assert.equal(await provideProgram('kubectl', { ...env, PATH: bin }, neverBuild), cached);
    assert.equal((await resolveAssets({ ...env, PATH: bin }, neverBuild)).kubectl, cached);
  });
});

suite('what cannot be resolved is an error that names the three ways', () => {
  const threeWays = /KUBEBUILDER_ASSETS to a folder[^]*the cache[^]*Go on the PATH/;

  test('KUBEBUILDER_ASSETS lacks a program: no other place is tried', async () => {
    const etcd = await putProgram(join(root, 'given/etcd'));
    await assert.rejects(
      resolveAssets({ ...env, KUBEBUILDER_ASSETS: dirname(etcd) }, neverBuild),
      ({ message }: Error) =>
        message.includes('given/kube-apiserver is no program') && threeWays.test(message),
    );
  });

  test('the build fails', async () => {
    await assert.rejects(
      resolveAssets(env, () => Promise.reject(new Error('spawn go ENOENT'))),
      ({ message }: Error) =>
        message.includes('could not be built: spawn go ENOENT') && threeWays.test(message),
    );
  });
});
