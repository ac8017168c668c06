import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { textOf } from '../lib/api/json.ts';
import { typeOf } from '../lib/parse/meta.ts';
import { NO_WORKLOADS } from '../lib/resolve/workload-lister.ts';
import { aReview } from '../lib/testkit/builders.ts';
import { aStore } from '../lib/testkit/world.ts';
import { validate } from '../lib/validate.ts';
import { type Block, blocksOf, examplesOf, isMarked } from './guides/blocks.ts';
import { problemsOf } from './guides/schema.ts';
import { rowsOf, triedOn } from './guides/tables.ts';
import {
  differenceOf,
  find,
  matches,
  objectsIn,
  type Outcome,
  outcomeOf,
  readyRows,
  seen,
  textsOf,
} from './guides/world.ts';

const PAGES = [...globSync('docs/{apis,guides}/*.md'), 'docs/generated-secrets.md'].sort();

const linesOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));

/** What admission says of an object by itself; undefined if it is let in. */
function refusal(object: ReturnType<typeof objectsIn>[number]): string | undefined {
  const { outcome, review } = validate(aReview(object), { lister: aStore([]), workloads: NO_WORKLOADS });
  return outcome === 'allowed' ? undefined : (review.response.status?.message ?? 'refused');
}

/** An empty cell can be left out, since its neighbours say where it would be. */
const cellsOf = (row: string): readonly string[] => row.split(/\s+/).filter((cell) => cell !== '');

/** Compares a claim of the page with what came of its example. */
const CLAIMS: Readonly<Record<string, (claim: Block, outcome: Outcome) => void>> = {
  result: ({ text }, outcome) => {
    for (const shown of objectsIn(text)) assert.equal(differenceOf(shown, find(outcome, shown)), undefined);
  },
  ready: ({ text }, outcome) => {
    const [head = '', ...rows] = linesOf(text);
    assert.deepEqual(cellsOf(head), ['NAME', 'SECRET', 'READY', 'REASON']);
    assert.deepEqual(
      rows.map(cellsOf),
      readyRows(outcome).map((row) => row.filter((cell) => cell !== '')),
    );
  },
  sees: ({ text, words }, outcome) => {
    const [, , workload, container] = words;
    const there = seen(outcome, workload, container);
    const shown = linesOf(text);
    const isSame = shown.length === there.length && shown.every((line, at) => matches(line, there[at] ?? ''));
    if (!isSame) assert.deepEqual(shown, there);
  },
  says: ({ text }, outcome) => {
    const said = textsOf(outcome).join('\n');
    for (const line of linesOf(text)) assert.ok(said.includes(line), `${line}\nis not in\n${said}`);
  },
};

for (const path of PAGES) {
  describe(path, () => {
    const page = readFileSync(path, 'utf8');
    const blocks = blocksOf(page, path);
    const examples = examplesOf(blocks, 'inject');

    for (const block of blocks.filter(({ words }) => words[0] === 'yaml')) {
      it(`${block.place}: its YAML says by its fence what is to be done with it, and is right`, () => {
        assert.ok(isMarked(block), block.words.join(' '));
        const objects = objectsIn(block.text);
        if (block.words[1] === 'result') return;
        for (const object of objects) {
          assert.ok(typeOf(object).kind !== '' && textOf(object['apiVersion']) !== '');
          if (block.words[1] === 'refused') continue;
          assert.deepEqual(problemsOf(object), []);
          assert.equal(refusal(object), undefined);
        }
      });
    }

    for (const { place, given, claims } of examples) {
      it(`${place}: the example comes out as the page says`, () => {
        const outcome = outcomeOf(objectsIn(given));
        for (const claim of claims) CLAIMS[claim.words[1] ?? '']?.(claim, outcome);
      });
    }

    for (const { place, given, claims } of examplesOf(blocks, 'refused')) {
      it(`${place}: the object is refused with the words of the page`, () => {
        const said = objectsIn(given)
          .map((object) => refusal(object) ?? '')
          .join('\n');
        assert.notEqual(said, '');
        for (const { text } of claims)
          for (const line of linesOf(text)) assert.ok(said.includes(line), `${line}\nis not in\n${said}`);
      });
    }

    for (const row of rowsOf(page)) {
      it(`${row.subject} ${row.given} gives what the table says`, () => {
        const before = examplesOf(blocksOf(page.slice(0, row.at), path), 'inject').at(-1);
        assert.ok(before, 'there is no example above the table');
        const tried = triedOn(objectsIn(before.given), row);
        if (!row.fails) assert.deepEqual(tried, [...row.gives].sort());
        for (const words of row.fails ? row.gives : [])
          assert.ok(tried.join('\n').includes(words), tried.join('\n'));
      });
    }
  });
}

describe('the program of the guide for application developers', () => {
  it('finds a binding by its type', async (t) => {
    const path = 'docs/guides/application-developer.md';
    const blocks = blocksOf(readFileSync(path, 'utf8'), path);
    const [example] = examplesOf(blocks, 'inject');
    const program = blocks.find(({ words }) => words[0] === 'js');
    assert.ok(example && program);
    const folder = mkdtempSync(join(tmpdir(), 'cleat-guide-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const root = join(folder, 'bindings');
    for (const line of seen(outcomeOf(objectsIn(example.given)))) {
      const [, file, content = ''] = /^\/bindings\/(.*?): (.*)$/.exec(line) ?? [];
      if (file === undefined) continue;
      mkdirSync(join(root, dirname(file), '..data'), { recursive: true });
      writeFileSync(join(root, file), content);
    }
    const script = `${program.text}\nconsole.log(JSON.stringify([bindingOf('postgresql'), bindingOf('redis')]));`;
    writeFileSync(join(folder, 'app.mjs'), script);
    const env = { ...process.env, SERVICE_BINDING_ROOT: root };
    const printed = execFileSync(process.execPath, [join(folder, 'app.mjs')], { env, encoding: 'utf8' });
    const [database, cache] = JSON.parse(printed) as readonly unknown[];
    assert.deepEqual(cache, null);
    assert.deepEqual(database, {
      database: 'orders',
      host: 'orders-db.shop.svc',
      password: 'not-a-real-password',
      port: '5432',
      provider: 'example',
      type: 'postgresql',
      username: 'sample-user',
    });
  });
});
