import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readImports } from './imports.ts';

const IMPORTS = readImports(['lib', 'server', 'certs']);
const RUNTIME = IMPORTS.filter(({ isType }) => !isType);

const listed = (imports: typeof IMPORTS): readonly string[] =>
  imports.map(({ from, to }) => `${from} -> ${to}`);
const below =
  (folder: string) =>
  (path: string): boolean =>
    path.startsWith(`${folder}/`);
const isLib = below('lib');
const isServer = below('server');

/** From the outside to the inside: a room may use those behind it. */
const ROOMS = [
  ['server/main.ts'],
  ['server/commands/'],
  [
    'server/app.ts',
    'server/shell.ts',
    'server/ops.ts',
    'server/overlay.ts',
    'server/routes/',
    'server/source/',
    'server/controller/',
    'server/readiness.ts',
    'server/metrics.ts',
  ],
  ['server/requester/'],
  [
    'server/kube/',
    'server/tls/',
    'server/text/',
    'server/log.ts',
    'server/coalesce.ts',
    'server/turns.ts',
    'server/version.ts',
  ],
  ['certs/', 'lib/'],
];

function roomOf(path: string): number {
  const room = ROOMS.findIndex((names) => names.some((name) => path.startsWith(name)));
  assert.notEqual(room, -1, `${path} stands in no room: give it one in this test`);
  return room;
}

/** The packages that stand behind one file (or one folder) each, so that they can be exchanged. */
const ENGINES: Readonly<Record<string, string | readonly string[]>> = {
  'fast-json-patch': 'lib/patch/diff.ts',
  handlebars: 'lib/message/texts.ts',
  '@noble/hashes': 'lib/identity/digest.ts',
  'jsonpath-plus': 'server/text/mask.ts',
  yaml: 'server/',
  '@kubernetes/client-node': 'server/kube/',
  undici: 'server/kube/',
  selfsigned: 'certs/',
  commander: 'server/main.ts',
  pino: 'server/log.ts',
  'prom-client': ['server/metrics.ts', 'server/controller/metrics.ts'],
};

describe('the boundaries of the house', () => {
  it('lib does no I/O: it imports nothing of Node, of the server, or of a framework', () => {
    const forbidden = RUNTIME.filter(
      ({ from, to, isFile }) =>
        isLib(from) &&
        (isFile
          ? !isLib(to)
          : to.startsWith('node:') || to === 'fastify' || to === '@kubernetes/client-node'),
    );
    assert.deepEqual(listed(forbidden), []);
  });

  it('lib reads no clock, no environment and no randomness', async () => {
    const { globSync, readFileSync } = await import('node:fs');
    const files = globSync('lib/**/*.ts').filter((file) => !/\.test\.ts$|testkit/.test(file));
    const offenders = files.filter((file) =>
      /\bDate\.now\b|\bnew Date\b|\bprocess\.[a-z]|\bMath\.random\b|\bcrypto\./.test(
        readFileSync(file, 'utf8'),
      ),
    );
    assert.deepEqual(offenders, []);
  });

  it('lib/api imports nothing but itself', () => {
    const forbidden = IMPORTS.filter(
      ({ from, to }) => from.startsWith('lib/api/') && !to.startsWith('lib/api/'),
    );
    assert.deepEqual(listed(forbidden), []);
  });

  it('certs imports neither lib nor server', () => {
    assert.deepEqual(
      listed(IMPORTS.filter(({ from, to }) => from.startsWith('certs/') && (isLib(to) || isServer(to)))),
      [],
    );
  });

  it('arrows in the server point from main to commands, to the app and the sources, to the rest', () => {
    const backwards = RUNTIME.filter(
      ({ from, to, isFile }) => isFile && isServer(from) && to.endsWith('.ts') && roomOf(from) > roomOf(to),
    );
    assert.deepEqual(listed(backwards), []);
  });

  it('each engine stands behind one place', () => {
    const strays = RUNTIME.filter(({ from, to }) => {
      const place = ENGINES[to];
      return place !== undefined && ![place].flat().some((start) => from.startsWith(start));
    });
    assert.deepEqual(listed(strays), []);
  });

  it('there is no cycle', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to, isFile } of RUNTIME) if (isFile) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const visit = (file: string, trail: readonly string[]): void => {
      assert.ok(!trail.includes(file), `a cycle: ${[...trail, file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of edges.keys()) visit(file, []);
  });
});
