import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, it } from 'node:test';
import { sendJson, sendStatus } from './testing/fake-api.ts';
import { until } from './testing/recording.ts';
import { Rig } from './testing/rig.ts';

describe('a reflector lists', () => {
  it('all objects, tells their type, leaves out managedFields, and then says that the kind is synced', async () => {
    await using rig = await Rig.watching((widgets) => {
      widgets.put('a', { spec: { size: 1 } });
      widgets.put('b');
    });
    assert.deepEqual(rig.sink.story, ['+a', '+b', 'synced Widget']);
    assert.deepEqual(rig.object('a'), {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'a', namespace: 'shop', uid: 'uid-of-a', resourceVersion: '101' },
      spec: { size: 1 },
    });
    assert.deepEqual(
      { ...rig.reflector.state(), since: 0 },
      { phase: 'watching', since: 0, synced: true, objects: 2 },
    );
  });

  it('applies a trim of its owner on arrival', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a', { spec: {} }), {
      trim: ({ kind = '', metadata = {} }) => ({ kind, metadata }),
    });
    assert.deepEqual(Object.keys(rig.object('a') ?? {}), ['kind', 'metadata']);
  });

  it('page by page, the first one small, and watches from the version of the list', async () => {
    await using rig = await Rig.watching((widgets) => {
      for (let i = 0; i < 300; i++) widgets.put(`w${i}`);
    });
    assert.equal(rig.sink.objects.size, 300);
    const limits = rig.widgets.lists.map((query) => Number(query.get('limit')));
    assert.deepEqual(limits, [50, 200, 500]);
    assert.equal(rig.widgets.watches[0]?.get('resourceVersion'), rig.widgets.version);
  });

  it('from the start again when the continue token has expired, without leaving behind what went meanwhile', async () => {
    await using rig = await Rig.open((widgets) => {
      for (let i = 0; i < 60; i++) widgets.put(`w${i}`);
      widgets.fault = (call, exchange) => {
        if (call !== 'list' || !exchange.query.has('continue') || widgets.lists.length > 2) return false;
        widgets.remove('w0');
        sendStatus(exchange, 410, { reason: 'Expired' });
        return true;
      };
    });
    await rig.untilPhase('watching');
    assert.equal(rig.sink.objects.size, 59);
    assert.deepEqual(rig.sink.story.slice(-2), ['-w0', 'synced Widget']);
  });

  it('nothing of an answer that is no list, a page that never ends or an object without a name', async () => {
    let lists = 0;
    await using rig = await Rig.open(
      (widgets) => {
        widgets.fault = (call, exchange) => {
          if (call !== 'list') return false;
          lists += 1;
          if (lists === 1) exchange.response.end('<html>');
          else if (lists === 2) sendJson(exchange, { kind: 'Pod' });
          else if (lists === 3) exchange.response.write('{"items": ['); // and no more
          else sendJson(exchange, { metadata: { resourceVersion: '7' }, items: [{ metadata: {} }, 1, {}] });
          return true;
        };
      },
      { limits: { pageTimeoutMs: 50 } },
    );
    await rig.untilPhase('watching');
    assert.deepEqual(rig.sink.story, ['synced Widget']);
    const problems = rig.log.entries
      .filter(({ level }) => level === 'warn')
      .map(({ about }) => JSON.stringify(about));
    assert.match(problems.join('\n'), /no JSON[^]*is no list[^]*no answer within 50 ms/);
  });

  it('10,000 objects without holding the event loop', async (t) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let [largest, count] = [0, 0];
    await using rig = await Rig.open((widgets) => {
      for (let i = 0; i < 10_000; i++) widgets.put(`w${i}`, { spec: { text: 'x'.repeat(1000) } });
      widgets.fault = (call) => {
        if (call === 'list' && count++ === 0) delay.enable();
        return false;
      };
    });
    rig.sink.onUpsert = () => (largest = Math.max(largest, rig.sink.objects.size));
    await until('all objects', () => rig.reflector.state().synced);
    delay.disable();
    assert.equal(rig.sink.objects.size, 10_000);
    assert.ok(rig.widgets.lists.length >= 20, 'pages are bounded');
    const ms = (nanoseconds: number): string => (nanoseconds / 1e6).toFixed(1);
    t.diagnostic(
      `${rig.widgets.lists.length} pages; event loop delay (the fake server's own work is in it): ` +
        `p50 ${ms(delay.percentile(50))} ms, p99 ${ms(delay.percentile(99))} ms, max ${ms(delay.max)} ms`,
    );
  });
});

describe('a reflector that cannot list', () => {
  it('is forbidden, not synced, and asks again until it is allowed', async () => {
    let allowed = false;
    await using rig = await Rig.open((widgets) => {
      widgets.put('a');
      widgets.fault = (call, exchange) => {
        if (call !== 'list' || allowed) return false;
        sendStatus(exchange, 403, { reason: 'Forbidden' });
        return true;
      };
    });
    await rig.untilPhase('forbidden');
    assert.match(
      rig.reflector.state().lastError ?? '',
      /GET \/apis\/example.com\/v1\/widgets: HTTP 403: the fake says 403/,
    );
    assert.deepEqual(rig.sink.story, []);
    allowed = true;
    await rig.untilPhase('watching');
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget']);
    assert.equal(rig.reflector.state().lastError, undefined);
  });

  it('waits longer each time, up to 30 s, and as long as it is told', async () => {
    let lists = 0;
    await using rig = await Rig.open((widgets) => {
      widgets.fault = (call, exchange) => {
        if (call !== 'list') return false;
        lists += 1;
        if (lists <= 7) sendStatus(exchange, 500);
        else if (lists === 8) sendStatus(exchange, 429, { headers: { 'retry-after': '60' } });
        return lists <= 8;
      };
    });
    await rig.untilPhase('watching');
    assert.deepEqual(rig.timing.waits, [600, 1200, 2400, 4800, 9600, 19_200, 22_500, 67_500]);
  });
});

describe('a kind that is not there', () => {
  it('has no objects, so it is synced; it is reflected once it appears', async () => {
    await using rig = await Rig.open((widgets) => {
      widgets.served = false;
    });
    await rig.untilPhase('absent');
    assert.deepEqual(rig.sink.story, ['synced Widget']);
    rig.widgets.put('a');
    rig.widgets.served = true;
    await rig.untilNames('a');
  });

  it('loses its objects when it disappears', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    rig.widgets.served = false;
    rig.widgets.end();
    await rig.untilPhase('absent');
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget', '-a']);
    assert.deepEqual([rig.reflector.state().synced, rig.reflector.state().objects], [true, 0]);
  });

  it('is not believed to be gone because discovery says so once', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    let answers = 0;
    rig.widgets.fault = (call, exchange) => {
      if (call === 'watch') sendStatus(exchange, 410);
      else if (call === 'discovery' && answers < 3) sendStatus(exchange, 503);
      else if (call === 'discovery' && answers === 3) sendStatus(exchange, 404);
      else return false;
      if (call === 'discovery') answers += 1;
      return true;
    };
    rig.widgets.cut();
    await until('some discovery', () => answers > 3);
    await until('a list after it', () => rig.widgets.lists.length > 1);
    assert.deepEqual(rig.sink.names, ['a']);
    assert.equal(rig.sink.story.includes('-a'), false);
  });

  it('is not believed to be gone while discovery still has it, though its list is not found', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    let lists = 0;
    rig.widgets.fault = (call, exchange) => {
      if (call === 'discovery') return false;
      lists += 1;
      sendStatus(exchange, 404);
      return true;
    };
    rig.widgets.cut();
    await until('a few lists', () => lists > 4);
    assert.deepEqual(rig.sink.names, ['a']);
    assert.equal(rig.reflector.state().phase, 'retrying');
  });
});
