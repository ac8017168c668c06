/**
 * @module A real etcd and kube-apiserver for integration tests. There are no controllers: nothing becomes of a
 * Deployment, a deleted namespace stays, and nothing is garbage-collected.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/api/json.ts';
import { resolveAssets } from './assets.ts';
import {
  apiServerHosts,
  createAuthority,
  issueClient,
  issueServer,
  serviceAccountKeys,
  type KeyPair,
} from './certificates.ts';
import { startEtcd } from './etcd.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { objectsOf, type Objects } from './objects.ts';
import { freePort, openWorkshop, type Program, type Workshop } from './processes.ts';
import { bodyOf, connect, type Rest } from './rest.ts';
import { textAt } from './text-at.ts';
import { untilReady } from './until-ready.ts';

export interface ControlPlaneOptions {
  /** They come last, so they win over the ones given anyway. */
  readonly apiServerArgs?: readonly string[];
  /** The API server's port; a free one unless told. */
  readonly port?: number;
  /**
   * An address of this machine under which Pods and kubelets reach the API server, and to which the Service `kubernetes`
   * leads. Without it the API server is on loopback only, which is no legal address of an endpoint.
   */
  readonly advertiseAddress?: string;
}

export interface ControlPlane extends Objects, AsyncDisposable {
  readonly url: string;
  /** The administrator's certificate. */
  readonly admin: KeyPair;
  /** The certificate authority of the API server and its clients, as PEM. */
  readonly ca: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** A temporary folder with the logs (`etcd.log`, `kube-apiserver.log`), certificates and keys (`ca.crt`, `ca.key`). */
  readonly directory: string;
  readonly request: Rest['request'];
  /**
   * A namespace with its `default` ServiceAccount. The latter is what the controller manager would make; without it the
   * ServiceAccount admission, which is on as in any cluster, refuses every Pod. The namespace `default` has one already.
   */
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** The path of a kubeconfig with a fresh token of a ServiceAccount that exists. */
  kubeconfigFor(serviceAccount: { readonly namespace: string; readonly name: string }): Promise<string>;
  /** The path of a kubeconfig of a user by that name, who is an administrator if no groups are told. */
  kubeconfigOf(user: string, groups?: readonly string[]): Promise<string>;
  /** Starts a further program; it ends with the control plane, its log lies in the folder. */
  readonly startProgram: Workshop['start'];
  /** SIGTERM unless told: the API server finishes what it is doing. SIGKILL is a crash. */
  stopApiServer(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Again, on the same port, with the same data; returns when it is ready. */
  startApiServer(): Promise<void>;
  /**
   * Makes etcd forget all revisions before the current one. What the API server has in its watch cache it still serves:
   * restart it, or start it with `--watch-cache=false`, for old resource versions to be answered by 410.
   */
  compactEtcd(): Promise<void>;
  /** Keeps a copy of all objects. etcd is away for a moment meanwhile. */
  backUpEtcd(): Promise<void>;
  /** Crashes the API server and starts it again with the objects, and the revision, of the copy. */
  restoreEtcd(): Promise<void>;
  stop(): Promise<void>;
}

/** The addresses of Services. */
export const SERVICE_RANGE = '10.96.0.0/16';
const KUBERNETES_SERVICE = '10.96.0.1';

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const workshop = await openWorkshop();
  try {
    return await start(workshop, options);
  } catch (error) {
    await workshop.close();
    throw error;
  }
}

async function start(workshop: Workshop, options: ControlPlaneOptions): Promise<ControlPlane> {
  const { directory } = workshop;
  const assets = await resolveAssets();
  const [{ ca, admin }, etcd, port] = await Promise.all([
    writeCredentials(directory),
    startEtcd(workshop, assets.etcd),
    options.port ?? freePort(),
  ]);
  const url = `https://127.0.0.1:${port}`;
  const rest = connect(url, ca.cert, admin);
  const objects = objectsOf(rest);
  const args = [
    ...defaultArgs(directory, { port, etcd: etcd.url }),
    ...addressArgs(options.advertiseAddress),
    ...(options.apiServerArgs ?? []),
  ];
  let apiServer: Program | undefined;
  let kubeconfigs = 0;

  async function startApiServer(): Promise<void> {
    if (apiServer?.ended() === undefined && apiServer) throw new Error('kube-apiserver is running already');
    apiServer = await workshop.start('kube-apiserver', assets.kubeApiserver, args);
    await untilReady(apiServer, async () => (await rest.request('GET', '/readyz')).status === 200);
  }

  async function createNamespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await objects.apply(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
    );
  }

  async function stop(): Promise<void> {
    await rest.close();
    await workshop.close();
  }

  await startApiServer();
  await createNamespace('default');
  return {
    ...objects,
    url,
    ca: ca.cert,
    admin,
    directory,
    kubeconfig: await writeKubeconfig(join(directory, 'admin.kubeconfig'), { url, ca: ca.cert, user: admin }),
    request: rest.request,
    createNamespace,
    async kubeconfigFor(serviceAccount) {
      const file = join(directory, `${serviceAccount.name}-${++kubeconfigs}.kubeconfig`);
      const user = { token: await requestToken(rest, serviceAccount) };
      return await writeKubeconfig(file, { url, ca: ca.cert, user, namespace: serviceAccount.namespace });
    },
    async kubeconfigOf(name, groups = ['system:masters']) {
      const file = join(directory, `${name.replaceAll(':', '-')}.kubeconfig`);
      const user = await issueClient(ca, name, groups);
      return await writeKubeconfig(file, { url, ca: ca.cert, user });
    },
    startProgram: async (name, path, args) => await workshop.start(name, path, args),
    async stopApiServer(signal = 'SIGTERM') {
      await apiServer?.end(signal);
    },
    startApiServer,
    compactEtcd: etcd.compact,
    backUpEtcd: etcd.backUp,
    async restoreEtcd() {
      await apiServer?.end('SIGKILL');
      await etcd.restore();
      await startApiServer();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Makes the authority and all that it signs, and writes the files that kube-apiserver reads. */
async function writeCredentials(directory: string): Promise<{ ca: KeyPair; admin: KeyPair }> {
  const ca = await createAuthority('cleat-e2e');
  const [admin, kubeletClient, serving] = await Promise.all([
    issueClient(ca, 'cleat-admin', ['system:masters']),
    issueClient(ca, 'kube-apiserver-kubelet-client', ['system:masters']),
    issueServer(ca, apiServerHosts(KUBERNETES_SERVICE)),
  ]);
  const { privateKey, publicKey } = serviceAccountKeys();
  const files = {
    'ca.crt': ca.cert,
    'ca.key': ca.key,
    'apiserver.crt': serving.cert,
    'apiserver.key': serving.key,
    'kubelet-client.crt': kubeletClient.cert,
    'kubelet-client.key': kubeletClient.key,
    'service-accounts.key': privateKey,
    'service-accounts.pub': publicKey,
  };
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text, { mode: 0o600 })),
  );
  return { ca, admin };
}

function defaultArgs(directory: string, { port, etcd }: { port: number; etcd: string }): string[] {
  return [
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${join(directory, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(directory, 'apiserver.key')}`,
    `--client-ca-file=${join(directory, 'ca.crt')}`,
    `--kubelet-client-certificate=${join(directory, 'kubelet-client.crt')}`,
    `--kubelet-client-key=${join(directory, 'kubelet-client.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(directory, 'service-accounts.pub')}`,
    `--service-account-signing-key-file=${join(directory, 'service-accounts.key')}`,
    '--authorization-mode=Node,RBAC',
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--shutdown-watch-termination-grace-period=1s', // else open watches hold up a SIGTERM for a minute
    '--profiling=false',
  ];
}

function addressArgs(advertiseAddress: string | undefined): string[] {
  if (advertiseAddress === undefined) return ['--bind-address=127.0.0.1', '--endpoint-reconciler-type=none'];
  return ['--bind-address=0.0.0.0', `--advertise-address=${advertiseAddress}`];
}

async function requestToken(
  rest: Rest,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body: JsonObject = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  return textAt(bodyOf('POST', path, await rest.request('POST', path, { body })), 'status', 'token');
}
