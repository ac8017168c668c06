import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { renderFlow, renderObject } from './render.ts';
import { readStream } from './stream.ts';

const kubectl = spawnSync('kubectl', ['version', '--client'], { encoding: 'utf8' });

describe('text with double quotes in it', () => {
  const cases: Readonly<Record<string, { text: string; want: string }>> = {
    'JSON stays legible': { text: '{"a":["b"]}', want: `'{"a":["b"]}'` },
    'single quotes are doubled': { text: `{"a":"it's"}`, want: `'{"a":"it''s"}'` },
    'nothing else is escaped': { text: '{"a":"\\n"} # no: comment', want: `'{"a":"\\n"} # no: comment'` },
    'a tab needs an escape': { text: '{"a":\t1}', want: String.raw`"{\"a\":\t1}"` },
    'a control character needs an escape': { text: '"\u0007', want: String.raw`"\"\u0007"` },
    'what some readers take for a line break needs an escape': {
      text: '"\u2028"',
      want: String.raw`"\"\u2028\""`,
    },
  };
  for (const [name, { text, want }] of Object.entries(cases)) {
    it(name, () => assert.equal(renderObject({ k: text }), `k: ${want}\n`));
  }

  it('keeps double quotes in JSON', () => {
    assert.equal(renderObject({ k: '"' }, { json: true }), '{\n  "k": "\\""\n}\n');
  });

  it('is read as it was by readers of YAML 1.1 and 1.2, as a value and as a key', () => {
    const text = fc.string({
      unit: fc.constantFrom('"', "'", '\\', ' ', '#', ':', '{', 'a', '\n', '\t', 'é'),
    });
    const style = { json: false, spaced: true, unit: undefined, numbers: new Map<number, string>() };
    fc.assert(
      fc.property(text, text, (value, key) => {
        const object = { kind: 'A', [`"${key}`]: value, list: [`${value}"`] };
        for (const source of [renderObject(object), renderFlow(object, style, '')]) {
          assert.deepEqual(parse(source, { version: '1.1' }), object);
          assert.deepEqual(parse(source, { version: '1.2' }), object);
          assert.deepEqual(readStream(source, { name: '' }).documents[0]?.value, object);
        }
      }),
    );
  });

  it('is read as it was by kubectl', { skip: kubectl.status !== 0 && 'kubectl is not installed' }, () => {
    const data = Object.fromEntries(Object.values(cases).map(({ text }, index) => [`k${index}`, text]));
    const input = renderObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data });
    const args = ['label', '--local', '-f', '-', 'a=b', '-o', 'json'];
    const { stdout } = spawnSync('kubectl', args, { input, encoding: 'utf8' });
    const output = JSON.parse(stdout) as { readonly data: unknown };
    assert.deepEqual(output.data, data);
  });
});
