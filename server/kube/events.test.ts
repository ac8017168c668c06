import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig, textOf, type Json } from '../../lib/api/json.ts';
import { ApiError, TransportError } from './errors.ts';
import type { EventContent } from './event-object.ts';
import { EventRecorder, type EventResult } from './events.ts';
import { ManualTiming } from './testing/manual-timing.ts';
import { RecordingLog } from './testing/recording.ts';
import type { RequestOptions } from './transport.ts';

const MINUTE = 60_000;

type Answer = Error | 'never' | undefined;

class Rig {
  readonly timing = new ManualTiming();
  readonly log = new RecordingLog();
  readonly results: EventResult[] = [];
  readonly posted: { readonly path: string; readonly name: string; readonly message: string }[] = [];
  /** What the next requests are answered by; afterwards, success. */
  readonly answers: Answer[] = [];
  /** What each request is answered by. */
  always: Answer;
  underWay = 0;
  most = 0;
  readonly recorder: EventRecorder;

  constructor() {
    this.recorder = new EventRecorder({
      transport: { request: async (...args) => await this.#request(...args) },
      log: this.log,
      timing: this.timing,
      component: 'cleat',
      instance: 'cleat-1',
      onResult: (result) => this.results.push(result),
    });
  }

  record(change: Partial<EventContent> = {}, uid = 'uid-1', namespace = 'shop'): void {
    const regarding = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'orders', uid };
    this.recorder.record({ regarding, type: 'Normal', reason: 'Bound', message: 'bound', ...change });
  }

  count(): Partial<Record<EventResult, number>> {
    const counts: Partial<Record<EventResult, number>> = {};
    for (const result of this.results) counts[result] = (counts[result] ?? 0) + 1;
    return counts;
  }

  async #request(method: string, path: string, { body, signal }: RequestOptions = {}): Promise<Json> {
    assert.equal(method, 'POST');
    const [name, message] = [textOf(dig(body, 'metadata', 'name')), textOf(dig(body, 'message'))];
    this.posted.push({ path, name, message });
    this.underWay += 1;
    this.most = Math.max(this.most, this.underWay);
    const answer = this.answers.shift() ?? this.always;
    if (answer === 'never') await this.timing.sleep(Infinity, signal);
    else await Promise.resolve();
    this.underWay -= 1;
    signal?.throwIfAborted();
    if (answer instanceof Error) throw answer;
    return body ?? null;
  }
}

const anApiError = (status: number): ApiError =>
  new ApiError({ status, reason: '', message: `HTTP ${status}` });
const refused = new TransportError('connection', 'refused');

describe('events', () => {
  it('are written into the namespace of the object, by POST, without anybody waiting', async () => {
    const rig = new Rig();
    rig.record();
    rig.record({}, 'uid-2', '');
    assert.deepEqual(rig.results, []);
    await rig.recorder.stop();
    assert.deepEqual(
      rig.posted.map(({ path }) => path),
      ['/api/v1/namespaces/shop/events', '/api/v1/namespaces/default/events'],
    );
    assert.deepEqual(rig.count(), { sent: 2 });
  });

  it('have names of their own', async () => {
    const rig = new Rig();
    for (let index = 0; index < 50; index += 1) rig.record({ message: `${index}` });
    await rig.recorder.stop();
    assert.equal(new Set(rig.posted.map(({ name }) => name)).size, 50);
    for (const { name } of rig.posted) assert.match(name, /^orders\.[0-9a-f]{16}$/);
  });

  it('that say the same of an object are written once in 30 minutes', async () => {
    const rig = new Rig();
    rig.record();
    rig.record();
    rig.record({}, 'uid-2');
    rig.record({ type: 'Warning' });
    rig.record({ reason: 'Unbound' });
    rig.record({ message: 'bound again' });
    await rig.timing.advance(30 * MINUTE - 1);
    rig.record();
    assert.deepEqual(rig.count(), { suppressed: 2, sent: 5 });
    await rig.timing.advance(1);
    rig.record();
    await rig.recorder.stop();
    assert.deepEqual(rig.count(), { suppressed: 2, sent: 6 });
  });

  it('whose long messages differ only beyond what is shown are the same', async () => {
    const rig = new Rig();
    rig.record({ message: `${'x'.repeat(2000)}1` });
    rig.record({ message: `${'x'.repeat(2000)}2` });
    await rig.recorder.stop();
    assert.deepEqual(rig.count(), { suppressed: 1, sent: 1 });
    assert.equal(rig.posted[0]?.message.length, 1024);
  });

  it('beyond a burst of 100 and 5 a second are dropped, and not remembered as sent', async () => {
    const rig = new Rig();
    for (let index = 0; index < 120; index += 1) rig.record({ message: `${index}` });
    await rig.timing.advance(1_000);
    assert.deepEqual(rig.count(), { dropped: 20, sent: 100 });
    for (let index = 110; index < 120; index += 1) rig.record({ message: `${index}` });
    await rig.timing.advance(3_600_000);
    assert.deepEqual(rig.count(), { dropped: 25, sent: 105 });
    for (let index = 0; index < 120; index += 1) rig.record({ message: `later ${index}` });
    await rig.recorder.stop();
    assert.deepEqual(rig.count(), { dropped: 45, sent: 205 });
  });

  it('take at most two connections', async () => {
    const rig = new Rig();
    for (let index = 0; index < 50; index += 1) rig.record({ message: `${index}` });
    await rig.recorder.stop();
    assert.equal(rig.most, 2);
  });

  it('are dropped when the API server keeps too many waiting', async () => {
    const rig = new Rig();
    rig.always = 'never';
    for (let second = 0; second < 60; second += 1) {
      for (let index = 0; index < 5; index += 1) rig.record({ message: `${second} ${index}` });
      await rig.timing.advance(1_000);
    }
    assert.deepEqual(rig.count(), { dropped: 98 });
  });

  it('are posted once more when there was no answer', async () => {
    const rig = new Rig();
    rig.answers.push(refused);
    rig.record();
    await rig.recorder.stop();
    assert.deepEqual(rig.count(), { sent: 1 });
    assert.equal(rig.posted[0]?.name, rig.posted[1]?.name);
  });

  it('whose first answer was lost count as sent when they are there already', async () => {
    const rig = new Rig();
    rig.answers.push(refused, anApiError(409));
    rig.record();
    await rig.recorder.stop();
    assert.deepEqual(rig.count(), { sent: 1 });
  });

  const failures: Record<string, { answers: Answer[]; posts: number; logged: number; again: EventResult }> = {
    'no answer, twice': { answers: [refused, refused], posts: 2, logged: 1, again: 'sent' },
    'an error of the API server': { answers: [anApiError(500)], posts: 1, logged: 1, again: 'sent' },
    'no right to': { answers: [anApiError(403)], posts: 1, logged: 0, again: 'suppressed' },
    'a namespace that is gone': { answers: [anApiError(404)], posts: 1, logged: 0, again: 'suppressed' },
  };
  for (const [name, { answers, posts, logged, again }] of Object.entries(failures)) {
    it(`that fail by ${name} are at most worth a line for debugging; the next one is ${again}`, async () => {
      const rig = new Rig();
      rig.answers.push(...answers);
      rig.record();
      await rig.timing.advance(1);
      await rig.timing.settle();
      assert.deepEqual(rig.results, ['failed']);
      assert.equal(rig.posted.length, posts);
      assert.deepEqual(
        rig.log.entries.map(({ level, message }) => [level, message]),
        Array.from({ length: logged }, () => ['debug', 'an event could not be written']),
      );
      rig.record();
      await rig.recorder.stop();
      assert.deepEqual(rig.results, ['failed', again]);
    });
  }

  it('hold up the end for two seconds at most; those that come later are dropped', async () => {
    const rig = new Rig();
    rig.always = 'never';
    for (let index = 0; index < 5; index += 1) rig.record({ message: `${index}` });
    const stopped = rig.recorder.stop();
    await rig.timing.advance(2_000);
    await stopped;
    await rig.timing.settle();
    assert.deepEqual(rig.count(), { dropped: 3, failed: 2 });
    rig.record({ message: 'late' });
    assert.deepEqual(rig.count(), { dropped: 4, failed: 2 });
    assert.equal(rig.recorder.stop(), stopped);
  });

  it('are remembered in bounded number', async () => {
    const rig = new Rig();
    rig.record({ message: 'first' });
    for (let index = 0; index < 4096; index += 1) {
      await rig.timing.advance(200);
      rig.record({ message: `${index}` });
    }
    rig.record({ message: 'first' });
    rig.record({ message: '4095' });
    await rig.recorder.stop();
    assert.deepEqual(rig.count(), { sent: 4098, suppressed: 1 });
  });
});
