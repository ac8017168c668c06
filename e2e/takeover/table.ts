/**
 * @module What the Service Binding Operator leaves on a cluster, in every way of its own API.
 */
import type { JsonObject } from '../../lib/api/json.ts';
import { aWorker } from '../world.ts';
import { aCronJob, aDeployment, CREDENTIALS, type Left, ofCore } from './left-objects.ts';
import { APP_CONFIG, CRON_JOB, SECRET_ONLY, UNBOUND, WORKER } from './operator-style.ts';

export const VARIABLES = { SECRET_USERNAME: 'foo', SECRET_PASSWORD: 'bar' };
export const URI = { ...CREDENTIALS, uri: 'pg://foo' };
const MAPPINGS = [{ name: 'uri', value: 'pg://{{ .username }}' }];
export const named = (name: string): JsonObject => ({ application: { name } });
const inDeployment = (name: string): Pick<Left, 'workloads'> => ({
  workloads: [{ object: aDeployment(name) }],
});

const APP: JsonObject = {
  apiVersion: 'example.com/v1',
  kind: 'AppConfig',
  metadata: { name: 'paths', namespace: 'shop' },
  spec: { spec: { containers: [{ name: 'app', image: 'x' }] } },
};

/** Every way in which the operator projects. */
export const BOUND: Readonly<Record<string, Left>> = {
  'files, a Secret of its own, another directory than the name': {
    binding: ofCore('files', { ...named('files'), name: 'db', mappings: MAPPINGS }),
    secret: URI,
    ...inDeployment('files'),
  },
  "files, the service's own Secret": {
    binding: ofCore('direct', named('direct')),
    secret: 'credentials',
    ...inDeployment('direct'),
  },
  variables: {
    binding: ofCore('variables', { ...named('variables'), bindAsFiles: false }),
    secret: VARIABLES,
    ...inDeployment('variables'),
  },
  'variables, and those of a Secret that was superseded': {
    binding: ofCore('stale', { ...named('stale'), bindAsFiles: false }),
    secret: VARIABLES,
    workloads: [{ object: aDeployment('stale'), former: 'stale-0badcafe' }],
  },
  'two workloads by their labels': {
    binding: ofCore('selected', {
      application: { labelSelector: { matchLabels: { reads: 'db' } } },
      mappings: MAPPINGS,
    }),
    secret: URI,
    workloads: ['one', 'two'].map((name) => ({ object: aDeployment(name, { reads: 'db' }) })),
  },
  'a CronJob, through a mapping': {
    binding: ofCore('nightly', {
      application: { group: 'batch', version: 'v1', resource: 'cronjobs', name: 'nightly' },
    }),
    secret: 'credentials',
    workloads: [{ object: aCronJob('nightly'), places: CRON_JOB }],
  },
  'a kind of its own shape, through a mapping': {
    binding: ofCore('worker', {
      application: {
        group: 'example.com',
        version: 'v1',
        kind: 'Worker',
        resource: 'workers',
        name: 'worker',
      },
    }),
    secret: 'credentials',
    workloads: [{ object: aWorker('worker'), places: WORKER }],
  },
  'containersPath and secretPath': {
    binding: ofCore('paths', {
      application: {
        group: 'example.com',
        version: 'v1',
        resource: 'appconfigs',
        name: 'paths',
        bindingPath: { containersPath: 'spec.spec.containers', secretPath: 'spec.spec.secret' },
      },
      mappings: MAPPINGS,
    }),
    secret: URI,
    workloads: [{ object: APP, places: APP_CONFIG }],
  },
  'a service of another namespace': {
    binding: ofCore('far', {
      ...named('far'),
      services: [{ group: '', version: 'v1', kind: 'Secret', name: 'far', namespace: 'data' }],
    }),
    secret: CREDENTIALS,
    ...inDeployment('far'),
  },
};

/** Those that were deleted while nobody was there to see to it. */
export const LEAVING: Readonly<Record<string, Left>> = {
  'leaving files': {
    binding: ofCore('leaving-files', { ...named('leaving-files'), mappings: MAPPINGS }),
    secret: URI,
    ...inDeployment('leaving-files'),
  },
  'leaving variables': {
    binding: ofCore('leaving-variables', { ...named('leaving-variables'), bindAsFiles: false }),
    secret: VARIABLES,
    ...inDeployment('leaving-variables'),
  },
};

/** Those without anything projected. */
export const IDLE: Readonly<Record<string, Left>> = {
  'no application': {
    binding: ofCore('secret-only', { mappings: MAPPINGS }),
    secret: URI,
    conditions: SECRET_ONLY,
    workloads: [],
  },
  'a workload that is not there': {
    binding: ofCore('unbound', { ...named('nowhere'), mappings: MAPPINGS }),
    secret: URI,
    conditions: UNBOUND,
    workloads: [],
  },
};

export const FAR: JsonObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'far', namespace: 'data' },
  stringData: CREDENTIALS,
};
