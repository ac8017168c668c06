/**
 * @module What people do to a shop: 200 bindings and 100 workloads of four kinds, their services and a mapping, one random
 * change after the other.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import type { Objects } from '../cluster/objects.ts';
import { refOf } from '../cluster/objects.ts';
import { aBinding, BUILT_IN } from '../objects.ts';
import { aService, DATABASE, idle, WORKER } from '../world.ts';
import type { Random } from './random.ts';

const BINDINGS = 200;
const WORKLOADS_OF_A_KIND = 25;
const SERVICES = 15;
const TEAMS = 6;

const SECRET = { apiVersion: 'v1', kind: 'Secret' };

type Make = (name: string, labels: JsonObject) => JsonObject;

const withSpec = (object: JsonObject, spec: JsonObject): JsonObject => ({
  ...object,
  spec: { ...(object['spec'] as JsonObject), ...spec },
});

function builtIn(kind: string, spec: JsonObject): Make {
  const found = BUILT_IN.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no kind ${kind}`);
  return (name, labels) => withSpec(found.make(name, labels), spec);
}

const aWorker: Make = (name, labels) => ({
  ...WORKER,
  metadata: { name, namespace: 'shop', labels },
  spec: {
    tasks: [
      { name: 'app', image: 'x' },
      { name: 'side', image: 'x' },
    ],
  },
});

/** None of them makes Pods. */
const WORKLOADS: readonly [Make, ...Make[]] = [
  idle,
  idle,
  builtIn('StatefulSet', { replicas: 0 }),
  builtIn('CronJob', { suspend: true }),
  aWorker,
];

/** Both can be written; the second leaves one container out. */
const CONTAINER_PATHS: readonly [string, string] = ['.spec.tasks[*]', '.spec.tasks[?(@.name=="app")]'];

export class Changes {
  readonly #cluster: Objects;
  readonly #random: Random;

  constructor(cluster: Objects, random: Random) {
    this.#cluster = cluster;
    this.#random = random;
  }

  /** Everything that there is at first. */
  beginning(): readonly JsonObject[] {
    return [
      ...Array.from({ length: SERVICES }, (_, index) => this.#service(index)),
      ...WORKLOADS.flatMap((make) =>
        Array.from({ length: WORKLOADS_OF_A_KIND }, (_, index) => make(`w-${index}`, this.#labels())),
      ),
      ...Array.from({ length: BINDINGS }, (_, index) => this.#binding(index)),
    ];
  }

  /** One change. Throws if the API server refuses it, or is away. */
  async next(): Promise<void> {
    const random = this.#random;
    // Drawn before the choice, so that a choice costs the same draws.
    const slot = random.below(BINDINGS);
    const change = random.next() * 100;
    if (change < 45) await this.#cluster.apply(this.#binding(slot));
    else if (change < 58) await this.#cluster.remove(refOf(this.#binding(slot)));
    else if (change < 68) await this.#again(this.#binding(slot));
    else if (change < 88) await this.#changeWorkload();
    else if (change < 98) await this.#changeService();
    else await this.#cluster.apply(this.#mapping());
  }

  async #again(object: JsonObject): Promise<void> {
    await this.#cluster.remove(refOf(object));
    await this.#cluster.apply(object);
  }

  async #changeWorkload(): Promise<void> {
    const make = this.#random.pick(WORKLOADS);
    const workload = make(`w-${this.#random.below(WORKLOADS_OF_A_KIND)}`, this.#labels());
    if (this.#random.percent(25)) await this.#again(workload);
    else if (this.#random.percent(50)) await this.#cluster.apply(workload);
    else {
      const team = `team-${this.#random.below(TEAMS)}`;
      const labels = { [team]: this.#random.percent(50) ? 'yes' : null };
      await this.#cluster.patch(refOf(workload), { metadata: { labels } });
    }
  }

  async #changeService(): Promise<void> {
    const service = this.#service(this.#random.below(SERVICES));
    if (this.#random.percent(20)) await this.#cluster.remove(refOf(service));
    else await this.#cluster.apply(service);
  }

  #labels(): JsonObject {
    const teams = Array.from({ length: TEAMS }, (_, team) => team).filter(() => this.#random.percent(20));
    return Object.fromEntries(teams.map((team) => [`team-${team}`, 'yes']));
  }

  #service(index: number): JsonObject {
    const secret = `secret-${this.#random.below(50)}`;
    return this.#random.percent(85) ? aService(`db-${index}`, secret) : aService(`db-${index}`);
  }

  #binding(index: number): JsonObject {
    const random = this.#random;
    const { apiVersion, kind } = random.pick(WORKLOADS)('any', {}) as { apiVersion: string; kind: string };
    const target = random.percent(70)
      ? { name: `w-${random.below(WORKLOADS_OF_A_KIND + 2)}` }
      : { label: `team-${random.below(TEAMS)}` };
    const service = random.percent(50)
      ? { ...SECRET, name: `secret-${random.below(50)}` }
      : { ...DATABASE, name: `db-${random.below(SERVICES)}` };
    const binding = aBinding(`b-${index}`, { apiVersion, kind }, target, { service, env: this.#variables() });
    return withSpec(binding, {
      ...(random.percent(15) ? { name: 'shared' } : {}),
      ...(random.percent(20) ? { type: random.pick(['mysql', 'postgresql']) } : {}),
      ...(random.percent(20) ? { provider: 'somebody' } : {}),
    });
  }

  /** Sometimes one that another binding wants too. */
  #variables(): readonly JsonObject[] {
    const names = [`VARIABLE_${this.#random.below(4)}`, `OWN_${this.#random.below(1000)}`];
    return names.filter(() => this.#random.percent(50)).map((name) => ({ name, key: 'username' }));
  }

  #mapping(): JsonObject {
    return {
      apiVersion: 'servicebinding.io/v1',
      kind: 'ClusterWorkloadResourceMapping',
      metadata: { name: 'workers.example.com' },
      spec: {
        versions: [
          {
            version: '*',
            annotations: '.spec.podAnnotations',
            containers: [
              {
                path: this.#random.pick(CONTAINER_PATHS),
                name: '.name',
                env: '.environment',
                volumeMounts: '.mounts',
              },
            ],
            volumes: '.spec.storage',
          },
        ],
      },
    };
  }
}
