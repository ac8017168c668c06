import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { Registry } from 'prom-client';
import { Reason } from '../lib/api/condition.ts';
import { createControllerMetrics } from '../server/controller/metrics.ts';
import { createMetrics, observe } from '../server/metrics.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const GUIDES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')];

/** As GitHub makes them of headings. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('docs/troubleshooting.md', () => {
  const text = read('docs/troubleshooting.md');
  const headings = new Set(
    [...text.matchAll(/^### (.*)$/gm)].flatMap(([, heading = '']) => heading.split(', ')),
  );

  for (const reason of Object.values(Reason))
    it(`has a section on the reason ${reason}`, () => assert.ok(headings.has(reason)));

  // Between the placeholders of a text stands what its reader may search for.
  const plain = text.replaceAll(/\s+/g, ' ');
  const source = read('lib/message/texts.ts');
  const table = source.slice(source.indexOf('const TEXTS'), source.indexOf('} as const'));
  const texts = [...table.matchAll(/^ {2}(\w+):\s+'(.*)',$/gm)];

  it('finds the texts', () => assert.ok(texts.length > 30));
  for (const [, name, message = ''] of texts) {
    it(`quotes the text ${name}`, () => {
      const parts = message.split(/\{\{\w+\}\}|[:;,()]/).map((part) => part.trim());
      const telling = parts.filter((part) => part.length >= 10);
      assert.ok(
        telling.some((part) => plain.includes(part)),
        message,
      );
    });
  }
});

describe('docs/reference.md', () => {
  const text = read('docs/reference.md');

  for (const command of ['serve', 'inject']) {
    const help = execFileSync(process.execPath, ['server/main.ts', command, '--help'], { encoding: 'utf8' });
    const flags = [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag = '']) => flag);

    it(`finds the flags of ${command}`, () => assert.ok(flags.length > 5));
    for (const flag of flags)
      it(`names ${flag} of ${command}`, () => assert.match(text, new RegExp(`\`${flag}[ \`]`)));
  }

  it('names every metric, and no other', () => {
    const metrics = createMetrics();
    observe(metrics, {
      counts: () => [],
      caches: () => [],
      certificate: {
        current: () => assert.fail('nobody asks for a value'),
        problem: () => undefined,
        subscribe: () => () => {},
        stop: () => {},
      },
      ready: () => true,
    });
    const registry = new Registry();
    createControllerMetrics(registry).observe({ depth: () => 0, leading: () => false, ready: () => [] });
    const made = Registry.merge([metrics.registry, registry]).getMetricsAsArray();
    const names = made.map(({ name }) => name).filter((name) => name.startsWith('cleat_'));
    const told = [...text.matchAll(/^\| `(cleat_\w+)`/gm)].map(([, name = '']) => name);
    assert.deepEqual(told.toSorted(), names.toSorted());
  });

  it('names every variable of the environment that is read', () => {
    const sources = globSync('server/**/*.ts').filter((path) => !/test|testing/.test(path));
    const names = sources.flatMap((path) =>
      [...read(path).matchAll(/\benv\['([A-Z_]+)'\]/g)].map(([, name = '']) => name),
    );
    assert.ok(names.length > 3);
    for (const name of names) assert.match(text, new RegExp(`\`${name}\``));
  });
});

describe('the guides', () => {
  for (const guide of GUIDES) {
    it(`${guide} links to what is there`, () => {
      const text = read(guide);
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? guide : join(dirname(guide), path);
        assert.ok(existsSync(file), `${target} is not there`);
        if (anchor !== undefined) assert.ok(anchorsOf(read(file)).has(anchor), `${target} is no heading`);
      }
    });
  }
});
