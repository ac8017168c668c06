import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../api/json.ts';
import { describeErrors } from '../parse/field.ts';
import { aMapping } from '../testkit/builders.ts';
import { aStore } from '../testkit/world.ts';
import { mappingName } from './lister.ts';
import { defaultMapping, type Mapping, type Places, placesFor, readMapping, samePlaces } from './mapping.ts';

const POD_SPEC_ABLE = [
  '.spec.template.metadata.annotations',
  '.spec.template.spec.volumes',
  ['.spec.template.spec.initContainers[*]', '.name', '.env', '.volumeMounts'],
  ['.spec.template.spec.containers[*]', '.name', '.env', '.volumeMounts'],
];

const sources = ({ annotations, volumes, containers }: Places): unknown => [
  annotations?.source,
  volumes.source,
  ...containers.map(({ path, name, env, volumeMounts }) => [
    path.source,
    name?.source,
    env?.source,
    volumeMounts?.source,
  ]),
];

function read(spec: JsonObject): Mapping {
  const mapping = readMapping(spec, 'spec');
  assert.ok(mapping.ok, JSON.stringify(mapping));
  return mapping.value;
}

function problems(spec: JsonObject): string {
  const mapping = readMapping(spec, 'spec');
  return mapping.ok ? '' : describeErrors(mapping.errors);
}

const one = (template: JsonObject): JsonObject => ({ versions: [{ version: '*', ...template }] });

describe('the template in force', () => {
  const mapping = read({
    versions: [
      { version: '*', volumes: '.any' },
      { version: 'v1', volumes: '.exact' },
    ],
  });
  it('is that of the exact version (WRM-6)', () =>
    assert.equal(placesFor(mapping, 'v1').volumes.source, '.exact'));
  it('is that of * for a version without its own (WRM-7)', () =>
    assert.equal(placesFor(mapping, 'v2').volumes.source, '.any'));
  it('is PodSpec-able where no template fits (WRM-25)', () => {
    assert.deepEqual(
      sources(placesFor(read({ versions: [{ version: 'v9', volumes: '.x' }] }), 'v1')),
      POD_SPEC_ABLE,
    );
  });
  it('is PodSpec-able for a mapping without versions (WRM-5)', () => {
    assert.deepEqual(sources(placesFor(read({}), 'v1')), POD_SPEC_ABLE);
  });
});

describe('what a template leaves out', () => {
  it('is filled in as for a PodSpec (WRM-8 to WRM-13)', () => {
    assert.deepEqual(sources(placesFor(read(one({})), 'v1')), POD_SPEC_ABLE);
  });
  it('env and volumeMounts have defaults, the name has none (WRM-16 to WRM-20)', () => {
    assert.deepEqual(sources(placesFor(read(one({ containers: [{ path: '.spec' }] })), 'v1')), [
      '.spec.template.metadata.annotations',
      '.spec.template.spec.volumes',
      ['.spec', undefined, '.env', '.volumeMounts'],
    ]);
  });
  it('everything can be said (WRM-8, WRM-10, WRM-12, WRM-16, WRM-17, WRM-19)', () => {
    const template = {
      annotations: '.a',
      volumes: ".b['c']",
      containers: [{ path: '.d[*]', name: '.e', env: '.f', volumeMounts: '.g.h' }],
    };
    assert.deepEqual(sources(placesFor(read(one(template)), 'v1')), [
      '.a',
      ".b['c']",
      ['.d[*]', '.e', '.f', '.g.h'],
    ]);
  });
});

describe('a mapping is refused with the field and the reason', () => {
  const cases: Readonly<Record<string, [JsonObject, RegExp]>> = {
    'without a version (WRM-6)': [
      { versions: [{ volumes: '.x' }] },
      /^spec\.versions\[0\]\.version: is required$/,
    ],
    'with a version twice (WRM-7)': [
      { versions: [{ version: 'v1' }, { version: 'v1' }] },
      /^spec\.versions\[1\]\.version: stands twice/,
    ],
    'without a path (WRM-14)': [
      one({ containers: [{ name: '.name' }] }),
      /^spec\.versions\[0\]\.containers\[0\]\.path: is required$/,
    ],
    'with a wildcard in a Fixed JSONPath (WRM-21, WRM-23)': [
      one({ volumes: '.spec.volumes[*]' }),
      /^spec\.versions\[0\]\.volumes: .*\(at offset \d+\)$/,
    ],
    'with an index in a Fixed JSONPath (WRM-21, WRM-23)': [
      one({ annotations: '.spec[0].a' }),
      /^spec\.versions\[0\]\.annotations: /,
    ],
    'with recursion in the name (WRM-21, WRM-23)': [
      one({ containers: [{ path: '.spec', name: '..name' }] }),
      /^spec\.versions\[0\]\.containers\[0\]\.name: /,
    ],
    'with a path that does not parse (WRM-22)': [
      one({ containers: [{ path: '.spec[?(' }] }),
      /^spec\.versions\[0\]\.containers\[0\]\.path: .*\(at offset \d+\)$/,
    ],
  };
  for (const [name, [spec, want]] of Object.entries(cases))
    it(name, () => assert.match(problems(spec), want));
});

describe('the name of a mapping object (WRM-4)', () => {
  it('is <plural>.<group>, and the plural alone for the core group', () => {
    assert.equal(mappingName({ group: 'batch', plural: 'cronjobs' }), 'cronjobs.batch');
    assert.equal(mappingName({ group: '', plural: 'pods' }), 'pods');
  });
  it('decides: one of another name has no effect', () => {
    const store = aStore([aMapping()]);
    assert.ok(
      store.mapping({ group: 'example.com', plural: 'workers' }, 'ClusterWorkloadResourceMapping') !==
        undefined,
    );
    assert.equal(
      store.mapping({ group: 'example.com', plural: 'jobs' }, 'ClusterWorkloadResourceMapping'),
      undefined,
    );
  });
});

describe('built-in mappings', () => {
  it('know where a CronJob and a Pod have their containers', () => {
    assert.equal(
      placesFor(defaultMapping('cronjobs.batch'), 'v1').volumes.source,
      '.spec.jobTemplate.spec.template.spec.volumes',
    );
    assert.equal(placesFor(defaultMapping('pods'), 'v1').volumes.source, '.spec.volumes');
    assert.deepEqual(sources(placesFor(defaultMapping('deployments.apps'), 'v1')), POD_SPEC_ABLE);
  });
});

describe('the stashed text', () => {
  it('is what Go writes: compact, defaults filled in, HTML characters escaped', () => {
    const mapping = read({
      versions: [
        { version: 'v1', volumes: '.v', annotations: '.a', containers: [{ path: ".c[?(@.n>'<&')]" }] },
      ],
    });
    assert.equal(
      mapping.text,
      String.raw`{"versions":[{"version":"v1","annotations":".a","containers":[{"path":".c[?(@.n\u003e'\u003c\u0026')]","env":".env","volumeMounts":".volumeMounts"}],"volumes":".v"}]}`,
    );
  });
  it('leads to the same places when it is read again', () => {
    const mapping = read(aMapping()['spec'] as JsonObject);
    const again = read(JSON.parse(mapping.text) as JsonObject);
    assert.equal(samePlaces(placesFor(mapping, 'v1'), placesFor(again, 'v1')), true);
    assert.equal(samePlaces(placesFor(mapping, 'v1'), placesFor(read({}), 'v1')), false);
  });
});
