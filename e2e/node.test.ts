import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { buildImage } from '../tools/image.ts';
import { BUSYBOX } from './cluster/node/busybox.ts';
import { install, isRolledOut } from './cluster/node/install.ts';
import { obstacle } from './cluster/node/machine.ts';
import { startNode, type ClusterNode } from './cluster/node/node.ts';
import { readState } from './cluster/node/state.ts';
import { refOf } from './cluster/objects.ts';
import { textAt } from './cluster/text-at.ts';
import { waitFor } from './cluster/wait-for.ts';

const run = promisify(execFile);
const skip = (await obstacle()) ?? false;
/** Cold, the programs of a node are built first. */
const timeout = 900_000;
/** A Pod starts within seconds; a busy machine is no failure. */
const PATIENCE = { timeoutMs: 120_000, intervalMs: 200 };

const SHOP = 'shop';
const USER_AND_FILE = 'echo "$DB_USER" && cat "$SERVICE_BINDING_ROOT/db/username"';

function aSecret(username: string): JsonObject {
  const stringData = { type: 'postgresql', username };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: SHOP }, stringData };
}

function aBinding(name: string, apiVersion: string, kind: string): JsonObject {
  return {
    apiVersion: 'servicebinding.io/v1',
    kind: 'ServiceBinding',
    metadata: { name, namespace: SHOP },
    spec: {
      name: 'db',
      service: { apiVersion: 'v1', kind: 'Secret', name: 'db' },
      workload: { apiVersion, kind, name },
      env: [{ name: 'DB_USER', key: 'username' }],
    },
  };
}

const POD_SPEC = {
  terminationGracePeriodSeconds: 0,
  containers: [{ name: 'app', image: BUSYBOX, imagePullPolicy: 'Never', command: ['sleep', '3600'] }],
};

function aDeployment(name: string): JsonObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: SHOP },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: POD_SPEC } },
  };
}

function aPod(name: string): JsonObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: SHOP }, spec: POD_SPEC };
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((each: Json) => isObject(each)) : [];
}

/** What of an enclosure somebody on the machine could see. */
async function tracesOf({ folder, cgroup }: { folder: string; cgroup: string }): Promise<readonly string[]> {
  const seen = async (what: string, command: string): Promise<string[]> => {
    const { stdout } = await run('/bin/sh', ['-c', command, 'sh', folder, cgroup]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [`${what}: ${line}`]));
  };
  const found = [
    await seen('folder', 'ls -d "$1" 2>/dev/null || :'),
    await seen('cgroup', 'find /sys/fs/cgroup -name "$2" 2>/dev/null || :'),
    await seen('mount', 'grep -F "$1" /proc/mounts || :'),
    // Each process is `ID ARGUMENTS`; the shell that asks is none of them.
    await seen('process', 'ps -e -o pid=,args= | grep -F "$1" | grep -vE "grep|sh -c" || :'),
    await seen('interface', 'ip -o link | grep -F cleat0 || :'),
    await seen('host name', 'grep -F cleat-node /etc/hosts || :'),
  ];
  return found.flat();
}

/** The rules that a kube-proxy writes; the machine itself may well be a node. */
async function firewallRules(): Promise<number> {
  const { stdout } = await run('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin; iptables-save']);
  return stdout.split('\n').filter((line) => line.includes('KUBE-')).length;
}

describe('Cleat on a real node, as people install it', { skip, timeout }, () => {
  let node: ClusterNode;
  let failed = false;

  before(async () => {
    const bundle = join(import.meta.dirname, '../dist');
    const [image, started] = await Promise.all([
      buildImage({ bundle, node: process.execPath }),
      startNode().then((each) => (node = each)),
    ]);
    const archive = join(started.enclosure.folder, 'cleat.tar');
    await writeFile(archive, image);
    try {
      await install(node, archive);
      await node.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHOP } });
      const bindings = [
        aBinding('used-before', 'apps/v1', 'Deployment'),
        aBinding('pod-used-before', 'v1', 'Pod'),
      ];
      // A connection from before kube-proxy knew the ready Pods leads nowhere, until it times out.
      await waitFor('Cleat to be reached by its Service', async () => await admitted(bindings), PATIENCE);
      await waitFor('Cleat to ask for both kinds', async () => await interceptedResources(), {
        ...PATIENCE,
        until: (resources) => resources.includes('deployments') && resources.includes('pods'),
      });
    } catch (error) {
      console.error(
        await node.logs(),
        await node.kubectl('logs', '-n=cleat-system', '-l=app.kubernetes.io/name=cleat'),
      );
      throw error;
    }
  });

  afterEach((context) => {
    if ('passed' in context && !context.passed) failed = true;
  });

  after(async () => {
    if (failed) console.error(await node.logs());
    await node?.stop();
  });

  async function admitted(objects: readonly JsonObject[]): Promise<true> {
    await node.apply(...objects);
    return true;
  }

  async function interceptedResources(): Promise<readonly string[]> {
    const configuration = await node.get({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      name: 'cleat',
    });
    return listOf(dig(configuration ?? null, 'webhooks')).flatMap((webhook) =>
      listOf(webhook['rules']).flatMap(({ resources }) => resources as readonly string[]),
    );
  }

  async function rolledOut(name: string): Promise<void> {
    await waitFor(`${name} to be rolled out`, async () => await node.get(refOf(aDeployment(name))), {
      ...PATIENCE,
      until: isRolledOut,
    });
  }

  async function replicaSets(name: string): Promise<number> {
    const query = { labelSelector: `app=${name}` };
    const kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: SHOP };
    return (await node.list(kind, query)).length;
  }

  async function shell(target: string, script: string): Promise<readonly string[]> {
    const output = await node.kubectl('exec', `--namespace=${SHOP}`, target, '--', 'sh', '-c', script);
    return output.trim().split('\n');
  }

  async function readyCondition(name: string): Promise<string | undefined> {
    const binding = await node.get(refOf(aBinding(name, 'apps/v1', 'Deployment')));
    const conditions = listOf(dig(binding ?? null, 'status', 'conditions'));
    const ready = conditions.find(({ type }) => type === 'Ready');
    return ready === undefined ? undefined : textAt(ready, 'status');
  }

  it('has two ready replicas behind its Service', async () => {
    const kind = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', namespace: 'cleat-system' };
    const query = { labelSelector: 'kubernetes.io/service-name=cleat' };
    const ready = async (): Promise<readonly unknown[]> =>
      (await node.list(kind, query))
        .flatMap((slice) => listOf(slice['endpoints']))
        .map((endpoint) => dig(endpoint, 'conditions', 'ready'));
    await waitFor('two ready endpoints', ready, {
      ...PATIENCE,
      until: (endpoints) => endpoints.length === 2 && endpoints.every((each) => each === true),
    });
  });

  it('binds a Deployment that comes with its binding and Secret: one ReplicaSet, whose Pod reads them (APP-1, APP-3, SB-37)', async () => {
    await node.apply(aSecret('ada'), aBinding('orders', 'apps/v1', 'Deployment'), aDeployment('orders'));
    await rolledOut('orders');
    assert.deepEqual(await shell('deployment/orders', USER_AND_FILE), ['ada', 'ada']);
    assert.deepEqual(await shell('deployment/orders', 'echo $SERVICE_BINDING_ROOT; ls /bindings/db'), [
      '/bindings',
      'type',
      'username',
    ]);
    await waitFor('the binding to be Ready', async () => await readyCondition('orders'), {
      ...PATIENCE,
      until: (status) => status === 'True',
    });
    assert.equal(await replicaSets('orders'), 1);
  });

  it('has the files of a running Pod follow its Secret (APP-9)', async () => {
    await node.apply(aSecret('grace'));
    await waitFor('the file to follow', async () => await shell('deployment/orders', USER_AND_FILE), {
      ...PATIENCE,
      until: ([variable, file]) => variable === 'ada' && file === 'grace',
    });
    assert.equal(await replicaSets('orders'), 1);
  });

  it('binds a Pod (WRM-25)', async () => {
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: SHOP, name: 'default' };
    await waitFor('the ServiceAccount', async () => await node.get(account));
    await node.apply(aBinding('batch', 'v1', 'Pod'), aPod('batch'));
    await waitFor('the Pod to run', async () => await node.get(refOf(aPod('batch'))), {
      ...PATIENCE,
      until: (pod) => dig(pod, 'status', 'phase') === 'Running',
    });
    assert.deepEqual(await shell('pod/batch', USER_AND_FILE), ['grace', 'grace']);
  });

  it('takes everything away when the binding is deleted, and lets the binding go', async () => {
    const binding = refOf(aBinding('orders', 'apps/v1', 'Deployment'));
    await node.remove(binding);
    await waitFor('the binding to go', async () => (await node.get(binding)) === undefined, PATIENCE);
    await rolledOut('orders');
    const script = 'echo "[$DB_USER]"; ls /bindings 2>&1 | grep -c "No such file"';
    assert.deepEqual(await shell('deployment/orders', script), ['[]', '1']);
    assert.equal(await replicaSets('orders'), 2);
  });
});

describe('a node', { skip, timeout }, () => {
  it('leaves no trace', async () => {
    const rules = await firewallRules();
    const node = await startNode();
    const { folder, cgroup } = node.enclosure;
    try {
      assert.notDeepEqual(await tracesOf({ folder, cgroup }), []);
      assert.equal(await firewallRules(), rules);
    } finally {
      await node.stop();
    }
    assert.deepEqual(await tracesOf({ folder, cgroup }), []);
    assert.equal(await firewallRules(), rules);
  });

  it('ends with the process that started it, however that ends', async () => {
    const script = `
      const { startNode } = await import(${JSON.stringify(join(import.meta.dirname, 'cluster/node/node.ts'))});
      const { folder, cgroup } = (await startNode()).enclosure;
      console.log(JSON.stringify({ folder, cgroup }));
      setInterval(() => undefined, 60_000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const enclosure = JSON.parse(line.toString()) as { folder: string; cgroup: string };
    assert.notDeepEqual(await tracesOf(enclosure), []);
    starter.kill('SIGKILL');
    await waitFor('the node to end', async () => await tracesOf(enclosure), {
      ...PATIENCE,
      until: (traces) => traces.length === 0,
    });
  });

  it('is left running by make cluster-up until make cluster-down, whatever happens in between', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cleat-up-'));
    const file = join(folder, 'state.json');
    const call = async (script: string, ...args: readonly string[]): Promise<string> => {
      const path = join(import.meta.dirname, 'cluster/node', script);
      return (await run(process.execPath, [path, '--state', file, ...args])).stdout;
    };
    try {
      assert.match(await call('up.ts', '--bare'), /The cluster is up\./);
      assert.match(await call('up.ts', '--bare'), /The cluster is up already\./);
      const state = await readState(file);
      assert.ok(state);
      assert.match(await readFile(state.kubeconfig, 'utf8'), /127\.0\.0\.1/);
      process.kill(state.pid, 'SIGKILL');
      assert.match(await call('down.ts'), /The cluster is down\./);
      assert.deepEqual(await tracesOf(state), []);
      await assert.rejects(access(file));
      assert.match(await call('down.ts'), /No cluster is up\./);
    } finally {
      await call('down.ts');
      await rm(folder, { recursive: true });
    }
  });
});
