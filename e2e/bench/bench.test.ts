import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerLength } from './answer-length.ts';
import { type AuditedRequest, since, tally } from './audited.ts';
import { ControllerFindings } from './controller-sections.ts';
import { type Figure, table, verdict } from './report.ts';
import { aReview, listText, matching, others } from './scene.ts';
import { median, percentile, ratios } from './statistics.ts';

describe('the numbers of a benchmark', () => {
  it('are medians, also of an even count, of values in any order', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });

  it('are percentiles that leave no more above them than they say', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.equal(percentile(hundred, 0.5), 50);
    assert.equal(percentile(hundred, 0.99), 99);
    assert.equal(percentile(hundred, 1), 100);
    assert.equal(percentile([7], 0.5), 7);
  });

  it('are ratios of what was measured in the same round', () => {
    assert.deepEqual(ratios([2, 6], [1, 2]), [2, 3]);
  });
});

describe('the table', () => {
  const figure: Figure = { name: 'a ratio', value: 1.104, unit: 'x', limit: 1.1 };

  it('judges what it prints', () => {
    assert.equal(verdict(figure), 'met');
    assert.equal(verdict({ ...figure, value: 1.106 }), 'MISSED');
    assert.equal(verdict({ ...figure, limit: 1.6, aim: 1 }), 'limit met');
    assert.equal(verdict({ ...figure, limit: 0.9, better: 'higher' }), 'met');
    assert.equal(verdict({ name: 'reported', value: 1, unit: 'ms' }), '');
    assert.equal(verdict({ name: 'aimed at', value: 0.6, unit: 's', aim: 0.5 }), 'aim missed');
  });

  it('has one line for each figure, beside its limit and its aim', () => {
    const text = table([{ title: 'first', figures: [{ ...figure, aim: 1 }], notes: ['a note'] }]);
    assert.match(text, /^first\n {2}a ratio +1\.10x +<= 1\.10x +<= 1\.00x +limit met\n {2}\(a note\)$/m);
  });
});

describe('what the controller asks for', () => {
  const request = (verb: string, resource: string, received: number): AuditedRequest => ({
    verb,
    resource,
    name: 'a',
    credential: 'x',
    status: 200,
    received,
    done: received + 1,
  });
  const all = [
    request('list', 'deployments', 1),
    request('patch', 'servicebindings', 2),
    request('patch', 'servicebindings', 3),
  ];

  it('is counted by verb and resource, the most frequent first', () => {
    assert.deepEqual(
      [...tally(all)],
      [
        ['patch servicebindings', 2],
        ['list deployments', 1],
      ],
    );
    assert.deepEqual([...tally(since(all, 3))], [['patch servicebindings', 1]]);
  });

  it('is shown for each binding, without lists; growth, where there is something to compare', () => {
    const round = { ready: 6, writing: 4, unbound: 3, unwriting: 2, cpu: 1, requests: tally(all) };
    const findings = new ControllerFindings(2_000);
    findings.onRound({ ...round, bindings: 1_000 });
    assert.match(table(findings.sections()), /requests for each +0\.00 +<= 4\.00 +met/);
    assert.match(table(findings.sections()), /to all Ready +6\.00 s +<= 30\.00 s +met/);
    assert.doesNotMatch(table(findings.sections()), /growth/);
    findings.onRound({ ...round, bindings: 2_000, writing: 16 });
    assert.match(table(findings.sections()), /Ready: most to least +2\.00x +<= 1\.50x +MISSED/);
    assert.match(table(findings.sections()), /unbound: most to least +2\.00x +<= 1\.50x +MISSED/);
  });
});

describe('the client', () => {
  it('knows an answer of known length, and one that is not complete', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    assert.equal(answerLength(Buffer.from(`${head}hello`)), head.length + 5);
    assert.equal(answerLength(Buffer.from('HTTP/1.1 200 OK\r\ncontent-le')), undefined);
    assert.throws(() => answerLength(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), /Content-Length/);
  });
});

describe('what is measured', () => {
  it('is a review of 3.5 KB', () => {
    const { length } = JSON.stringify(aReview());
    assert.ok(length > 3400 && length < 3700, `${length} bytes`);
  });

  it('is one list of bindings with different names and uids', () => {
    const items = [...others(9), ...matching(2)];
    const list = JSON.parse(listText(items)) as { items: { metadata: { name: string; uid: string } }[] };
    assert.equal(new Set(list.items.map(({ metadata }) => metadata.name)).size, 11);
    assert.equal(new Set(list.items.map(({ metadata }) => metadata.uid)).size, 11);
  });
});
