import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadKubeconfig } from './kubeconfig.ts';

const one = `
clusters:
- {name: a, cluster: {server: 'https://a.example'}}
- {name: broken, cluster: {server: 'a.example'}}
users:
- {name: joe, user: {token: t}}
contexts:
- {name: first, context: {cluster: a, user: joe}}
- {name: nobody, context: {cluster: a}}
- {name: no-cluster, context: {cluster: b, user: joe}}
- {name: no-user, context: {cluster: a, user: jim}}
- {name: no-url, context: {cluster: broken, user: joe}}
current-context: first
`;
const two = `
clusters: [{name: a, cluster: {server: 'https://other.example'}}, {name: c, cluster: {server: 'https://c.example'}}]
contexts: [{name: second, context: {cluster: c, user: joe}}]
current-context: second
`;

describe('a kubeconfig', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const server = (options: Parameters<typeof loadKubeconfig>[0]): string =>
    loadKubeconfig(options).cluster.server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cleat-kubeconfig-'));
    await writeFile(at('one'), one);
    await writeFile(at('two'), two);
    await writeFile(at('empty'), 'clusters: []');
    await writeFile(at('torn'), 'clusters: [');
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  it('gives the server of its current context, or of the one that is asked for, with or without a user', () => {
    assert.equal(server({ kubeconfig: at('one') }), 'https://a.example');
    assert.equal(server({ kubeconfig: at('one'), context: 'nobody' }), 'https://a.example');
  });

  it('is merged from the files of KUBECONFIG as kubectl does it: the first to name something wins', () => {
    const env = { KUBECONFIG: [at('missing'), at('one'), at('two')].join(':') };
    assert.equal(server({ context: 'first', env }), 'https://a.example');
    const merged = loadKubeconfig({ context: 'second', env });
    assert.equal(merged.cluster.server, 'https://c.example');
    assert.equal(merged.config.getCurrentUser()?.token, 't');
  });

  const FAULTS: readonly [string, () => unknown, RegExp][] = [
    [
      'a file that is not there',
      () => server({ kubeconfig: at('missing') }),
      /the kubeconfig .*missing cannot be read: ENOENT/,
    ],
    [
      'a file that is no YAML',
      () => server({ kubeconfig: at('torn') }),
      /the kubeconfig .*torn cannot be read: /,
    ],
    ['no current context', () => server({ kubeconfig: at('empty') }), /empty: no context is given/],
    [
      'a context that is not there',
      () => server({ kubeconfig: at('one'), context: 'third' }),
      /one: there is no context "third"; there are: first, nobody/,
    ],
    [
      'a context of an unknown cluster',
      () => server({ kubeconfig: at('one'), context: 'no-cluster' }),
      /one, context "no-cluster": there is no cluster "b"/,
    ],
    [
      'a context of an unknown user',
      () => server({ kubeconfig: at('one'), context: 'no-user' }),
      /one, context "no-user": there is no user "jim"/,
    ],
    [
      'a server that is no URL',
      () => server({ kubeconfig: at('one'), context: 'no-url' }),
      /context "no-url": "a.example" is no URL/,
    ],
    ['neither file nor Pod', () => server({ env: {} }), /neither a kubeconfig nor a context is given/],
    [
      'a context without any file',
      () => server({ context: 'x', env: { HOME: folder } }),
      /the kubeconfig .*\.kube\/config cannot be read: ENOENT/,
    ],
  ];
  for (const [what, act, message] of FAULTS) {
    it(`says so if it has ${what}`, () => {
      assert.throws(act, message);
    });
  }
});
