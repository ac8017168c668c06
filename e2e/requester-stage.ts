/**
 * @module A real API server whose ServiceBindings Cleat stamps, and people who write them.
 */
import type { FastifyInstance } from 'fastify';
import { issueAuthority, issueServing, type KeyPair } from '../certs/issue.ts';
import { dig, isObject, type Json, type JsonObject } from '../lib/api/json.ts';
import { REQUESTER_ANNOTATION, type Requester, SEAL_ANNOTATION } from '../lib/api/requester.ts';
import { boundKey } from '../lib/requester/seal.ts';
import { verifyRequester } from '../lib/requester/verify.ts';
import { Store } from '../lib/store/store.ts';
import { buildApp } from '../server/app.ts';
import { openRequesterKey } from '../server/commands/open-requester-key.ts';
import { openTransport, type Transport } from '../server/kube/transport.ts';
import { silent } from '../server/log.ts';
import { createMetrics } from '../server/metrics.ts';
import { type ControlPlane, startControlPlane } from './cluster/control-plane.ts';
import { readManifests } from './cluster/manifest.ts';
import { type ObjectRef, refOf } from './cluster/objects.ts';
import { freePort } from './cluster/processes.ts';
import { waitFor } from './cluster/wait-for.ts';
import {
  aBinding,
  ACCESS,
  annotated,
  annotation,
  CLEAT,
  CONFIRM,
  GROUP,
  named,
} from './requester-objects.ts';

const PART = 'manifests/components/api-service-binding-operator';
export const KEY_SECRET = 'cleat-requester-key';
const PATH = `/apis/${GROUP}/v1alpha1/namespaces/shop/servicebindings`;

/** One replica of Cleat, as far as it stamps, and beside it a webhook of somebody else. */
export class Cleat {
  readonly port: number;
  readonly #pair: KeyPair;
  readonly #transport: Transport;
  #app: FastifyInstance | undefined;
  #key: ReturnType<typeof openRequesterKey>;

  constructor(port: number, pair: KeyPair, transport: Transport) {
    [this.port, this.#pair, this.#transport] = [port, pair, transport];
  }

  async start(): Promise<void> {
    const place = { namespace: CLEAT.namespace, log: silent };
    this.#key = openRequesterKey({ transport: this.#transport }, place);
    const lister = new Store({ closedWorld: false });
    this.#app = buildApp(
      {
        lister,
        log: silent,
        metrics: createMetrics(),
        ...(this.#key === undefined ? {} : { requesterKey: this.#key }),
      },
      this.#pair,
    );
    // Puts a label on what asks for it, so that the webhook before it is asked again.
    this.#app.post('/meddle', async ({ body }) => {
      const { request }: { request: { uid: string } } = JSON.parse(String(body));
      const patch = [{ op: 'add', path: '/metadata/labels/meddled', value: 'yes' }];
      const response = { uid: request.uid, allowed: true, patchType: 'JSONPatch' };
      return {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { ...response, patch: Buffer.from(JSON.stringify(patch)).toString('base64') },
      };
    });
    await this.#app.listen({ host: '127.0.0.1', port: this.port });
  }

  async stop(): Promise<void> {
    this.#key?.stop();
    this.#app?.server.closeAllConnections();
    await this.#app?.close();
  }

  /** The project's own configuration, and that of somebody else, led to where this one listens. */
  async configurations(authority: string): Promise<readonly JsonObject[]> {
    const caBundle = Buffer.from(authority).toString('base64');
    const at = (path: string): JsonObject => ({ url: `https://127.0.0.1:${this.port}${path}`, caBundle });
    const [own = {}] = await readManifests(`${PART}/requester-webhook.yaml`);
    const webhook = (own['webhooks'] as readonly Json[]).find(isObject) ?? {};
    const meddler = {
      name: 'meddler.example.com',
      clientConfig: at('/meddle'),
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      rules: webhook['rules'] ?? [],
      objectSelector: { matchLabels: { meddle: 'please' } },
    };
    return [
      {
        ...own,
        webhooks: [{ ...webhook, clientConfig: at(String(dig(webhook, 'clientConfig', 'service', 'path'))) }],
      },
      { ...own, metadata: { name: 'meddler' }, webhooks: [meddler] },
    ];
  }
}

/** A user with the rights of its groups and no more. */
export class Person {
  readonly #transport: Transport;

  constructor(kubeconfig: string) {
    this.#transport = openTransport({ kubeconfig, version: 'e2e' });
  }

  async create(object: JsonObject): Promise<JsonObject> {
    return (await this.#transport.request('POST', PATH, { body: object })) as JsonObject;
  }

  async patch({ name }: ObjectRef, body: JsonObject): Promise<JsonObject> {
    const contentType = 'application/merge-patch+json';
    return (await this.#transport.request('PATCH', `${PATH}/${name}`, { body, contentType })) as JsonObject;
  }

  async apply(name: string, body: JsonObject): Promise<JsonObject> {
    const contentType = 'application/apply-patch+yaml';
    const query = { fieldManager: 'e2e', force: true };
    return (await this.#transport.request('PATCH', `${PATH}/${name}`, {
      body,
      contentType,
      query,
    })) as JsonObject;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }
}

export interface RequesterStage {
  readonly cluster: ControlPlane;
  /** Cleat's own, with its ServiceAccount. */
  readonly transport: Transport;
  readonly cleat: Cleat;
  readonly alice: Person;
  readonly mallory: Person;
  readonly robot: Person;
  requesterOf(object: JsonObject): Promise<Requester | undefined>;
  /** The name of who requested what is stored, whatever a request was answered with. */
  requester(ref: Pick<ObjectRef, 'name'>): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The bindings `left` and `trap` are from before there was a webhook: the former as the Service Binding Operator leaves it. */
async function prepare(cluster: ControlPlane): Promise<void> {
  for (const name of [CLEAT.namespace, 'shop', 'vault']) await cluster.createNamespace(name);
  const files = [`${GROUP}_servicebindings.yaml`, 'requester-key.yaml'].map((file) => `${PART}/${file}`);
  await cluster.apply(...ACCESS, ...(await readManifests(...files)));
  await cluster.create(named('left', annotated({ [REQUESTER_ANNOTATION]: '{"username":"cleat-admin"}' })));
  await cluster.create(named('trap', CONFIRM));
}

async function issue(): Promise<{ readonly authority: string; readonly pair: KeyPair }> {
  const validity = { now: new Date(), lifetimeMs: 3_600_000 };
  const authority = await issueAuthority(validity);
  const names = { dnsNames: [], ipAddresses: ['127.0.0.1'] };
  return { authority: authority.certificate, pair: await issueServing({ authority, ...names, ...validity }) };
}

async function untilCalled(cluster: ControlPlane): Promise<void> {
  await waitFor('the API server to call both webhooks', async () => {
    const metadata = { name: 'probe', labels: { meddle: 'please' } };
    const made = await cluster.create(aBinding(metadata), { dryRun: 'All' });
    return dig(made, 'metadata', 'labels', 'meddled') === 'yes' && annotation(made, SEAL_ANNOTATION) !== null;
  });
}

async function keyOf(cluster: ControlPlane): Promise<Uint8Array> {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: CLEAT.namespace, name: KEY_SECRET };
  const text = Buffer.from(String(dig(await cluster.get(secret), 'data', 'key')), 'base64').toString('utf8');
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    name: 'cleat',
  };
  const uid = dig(await cluster.get(configuration), 'metadata', 'uid');
  return boundKey(Buffer.from(text, 'hex'), String(uid));
}

export async function openRequesterStage(): Promise<RequesterStage> {
  const cluster = await startControlPlane();
  const closing: (() => Promise<void>)[] = [async () => await cluster.stop()];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  const opened = <T extends { close(): Promise<void> }>(resource: T): T => {
    closing.push(async () => await resource.close());
    return resource;
  };
  try {
    await prepare(cluster);
    const kubeconfig = await cluster.kubeconfigFor(CLEAT);
    const transport = opened(openTransport({ kubeconfig, version: 'e2e' }));
    const editor = async (name: string, ...groups: readonly string[]): Promise<Person> =>
      opened(new Person(await cluster.kubeconfigOf(name, ['editors', ...groups])));
    const [alice, mallory] = [await editor('alice', 'vault-readers'), await editor('mallory')];
    const robot = opened(new Person(await cluster.kubeconfigFor({ namespace: 'shop', name: 'robot' })));
    const { authority, pair } = await issue();
    const cleat = new Cleat(await freePort(), pair, transport);
    closing.push(async () => await cleat.stop());
    await cleat.start();
    await cluster.apply(...(await cleat.configurations(authority)));
    await untilCalled(cluster);
    const requesterOf = async (object: JsonObject): Promise<Requester | undefined> =>
      verifyRequester(object, await keyOf(cluster));
    const requester: RequesterStage['requester'] = async ({ name }) => {
      const stored = await cluster.get(refOf(named(name)));
      if (stored === undefined) throw new Error(`there is no ${name}`);
      return (await requesterOf(stored))?.username;
    };
    return { cluster, transport, cleat, alice, mallory, robot, requesterOf, requester, close };
  } catch (error) {
    await close();
    throw error;
  }
}
