import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sendStatus } from './testing/fake-api.ts';
import { until } from './testing/recording.ts';
import { Rig } from './testing/rig.ts';
import { eventLine, type Fault } from './testing/widgets.ts';

/** Answers the first so many watches with a status. */
function refuseWatches(count: number, status: number, headers: Record<string, string> = {}): Fault {
  let left = count;
  return (call, exchange) => {
    if (call !== 'watch' || left === 0) return false;
    left -= 1;
    sendStatus(exchange, status, { headers });
    return true;
  };
}

const versions = (queries: readonly URLSearchParams[]): (string | null)[] =>
  queries.map((query) => query.get('resourceVersion'));

describe('a reflector watches', () => {
  it('what is added, modified and deleted, with bookmarks asked for and an end that is not the same for all', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    rig.widgets.put('b');
    rig.widgets.put('a', { spec: { size: 2 } });
    rig.widgets.remove('a');
    await rig.untilNames('b');
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget', '+b', '+a', '-a']);
    const { allowWatchBookmarks, timeoutSeconds } = Object.fromEntries(rig.widgets.watches[0] ?? []);
    assert.deepEqual([allowWatchBookmarks, timeoutSeconds], ['true', '360']);
  });

  it('on from the last event when the server ends the watch, at once and without a list', async () => {
    await using rig = await Rig.watching();
    rig.widgets.put('a');
    await rig.untilNames('a');
    rig.widgets.end();
    rig.widgets.put('b');
    await rig.untilNames('a', 'b');
    assert.deepEqual(versions(rig.widgets.watches), ['100', '101']);
    assert.equal(rig.widgets.lists.length, 1);
    assert.deepEqual(rig.timing.waits, []);
  });

  it('on from the last bookmark, which the changes of other kinds have moved beyond what is forgotten', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    rig.widgets.bookmark();
    rig.widgets.compact();
    rig.widgets.put('b');
    await rig.untilNames('a', 'b');
    rig.widgets.bookmark();
    rig.widgets.compact();
    rig.widgets.end();
    rig.widgets.put('c');
    await rig.untilNames('a', 'b', 'c');
    assert.deepEqual(versions(rig.widgets.watches), ['101', '122']);
    assert.equal(rig.widgets.lists.length, 1);
  });

  it('on after a reset in the middle of a line, which counts as not received', async () => {
    await using rig = await Rig.watching();
    rig.widgets.put('a');
    const line = eventLine('ADDED', { metadata: { name: 'half', resourceVersion: '900' } });
    rig.widgets.write(line.slice(0, 40));
    await rig.untilNames('a');
    rig.widgets.cut();
    rig.widgets.put('b');
    await rig.untilNames('a', 'b');
    assert.deepEqual(versions(rig.widgets.watches), ['100', '101']);
    assert.equal(rig.widgets.lists.length, 1);
  });

  it('on after a line of garbage; lists when there is garbage in the same place again and again', async () => {
    await using rig = await Rig.watching();
    rig.widgets.write('{"type": garbage}\n');
    await until('a second watch', () => rig.widgets.watches.length === 2);
    assert.equal(rig.widgets.lists.length, 1);
    rig.widgets.fault = (call, { response }) => {
      if (call !== 'watch' || rig.widgets.lists.length > 1) return false;
      response.end('{"type":"STRANGE","object":{}}\n');
      return true;
    };
    rig.widgets.write('null\n');
    await until('a list', () => rig.widgets.lists.length === 2);
    await rig.untilPhase('watching');
  });

  it('on after a watch that has died in silence', async () => {
    await using rig = await Rig.watching(() => {}, { limits: { watchSeconds: 0, silenceMs: 60 } });
    await until('a third watch', () => rig.widgets.watches.length >= 3);
    rig.widgets.put('a');
    await rig.untilNames('a');
    assert.equal(rig.widgets.lists.length, 1);
    const problems = rig.log.entries.map(({ about }) => JSON.stringify(about));
    assert.match(problems.join('\n'), /watch \/apis\/example.com\/v1\/widgets: Body Timeout Error/);
  });

  for (const [what, forget] of [
    ['an ERROR event 410', (rig: Rig): void => rig.widgets.error(410)],
    ['HTTP 410', (rig: Rig): void => ((rig.widgets.fault = refuseWatches(1, 410)), rig.widgets.end())],
  ] as const) {
    it(`after ${what} from a new list, and removes what that list does not have`, async () => {
      await using rig = await Rig.watching((widgets) => ['a', 'b'].forEach((name) => widgets.put(name)));
      forget(rig);
      rig.widgets.write = () => {}; // nobody hears of it
      rig.widgets.remove('a');
      await rig.untilNames('b');
      assert.deepEqual(rig.sink.story, ['+a', '+b', 'synced Widget', '+b', '-a']);
    });
  }

  it('after a restored backup, which the place where it was is ahead of, from a new list', async () => {
    await using rig = await Rig.watching((widgets) => ['a', 'b'].forEach((name) => widgets.put(name)));
    rig.widgets.restore('b', 'c');
    rig.widgets.cut();
    await rig.untilNames('b', 'c');
    rig.widgets.put('d');
    await rig.untilNames('b', 'c', 'd');
  });

  it('after 410 soon, however long the API server was away before; when that comes again and again, later and later', async () => {
    await using rig = await Rig.watching();
    rig.widgets.fault = refuseWatches(5, 503);
    rig.widgets.cut();
    await until('the refusals', () => rig.timing.waits.length === 6);
    rig.widgets.fault = refuseWatches(3, 410);
    await until('the watch', () => rig.timing.waits.length === 9);
    rig.widgets.put('a');
    await rig.untilNames('a');
    assert.deepEqual(rig.timing.waits, [600, 1200, 2400, 4800, 9600, 19_200, 600, 1200, 2400]);
  });

  it('after an API server that could not be reached, every few seconds, from a new list', async () => {
    await using rig = await Rig.watching((widgets) => ['a', 'b'].forEach((name) => widgets.put(name)));
    let attempts = 0;
    rig.widgets.fault = (_call, { response }) => {
      if (attempts++ > 6) return false;
      response.socket?.resetAndDestroy();
      return true;
    };
    rig.widgets.restore('b');
    rig.widgets.cut();
    // It has been written to since.
    for (let count = 0; count < 200; count++) rig.widgets.bookmark();
    rig.widgets.put('c');
    await rig.untilNames('b', 'c');
    assert.deepEqual(rig.timing.waits, [600, 1200, 2400, 3750, 3750, 3750, 3750, 3750]);
  });

  it('after other ERROR events and 5xx from the same place, longer and longer until something arrives', async () => {
    await using rig = await Rig.watching();
    rig.widgets.fault = refuseWatches(3, 503);
    rig.widgets.error(500);
    await until('five watches', () => rig.widgets.watches.length === 5);
    rig.widgets.put('a');
    await rig.untilNames('a');
    rig.widgets.cut();
    await until('six watches', () => rig.widgets.watches.length === 6);
    assert.deepEqual(rig.timing.waits, [600, 1200, 2400, 4800, 600]);
    assert.equal(rig.widgets.lists.length, 1);
    assert.equal(rig.reflector.state().synced, true);
  });

  it('after 429 when it is told to', async () => {
    await using rig = await Rig.watching((widgets) => {
      widgets.fault = refuseWatches(1, 429, { 'retry-after': '7' });
    });
    assert.deepEqual(rig.timing.waits, [7875]);
  });

  it('with a pause if the watch ends as soon as it has begun', async () => {
    await using rig = await Rig.open((widgets) => {
      widgets.fault = (call, { response }) => {
        if (call !== 'watch' || widgets.watches.length > 2) return false;
        response.end();
        return true;
      };
    });
    await until('a third watch', () => rig.widgets.watches.length === 3);
    assert.deepEqual(rig.timing.waits, [600, 1200]);
  });
});

describe('an object that was deleted and created again while nobody looked', () => {
  it('is removed and taken in anew when a list shows it with another uid', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a', { uid: 'one' }));
    rig.widgets.cut();
    rig.widgets.remove('a');
    rig.widgets.put('a', { uid: 'two' });
    rig.widgets.compact();
    await until('the new one', () => rig.sink.story.length > 2);
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget', '-a', '+a']);
  });

  it('is removed and taken in anew when an event shows it with another uid', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a', { uid: 'one' }));
    rig.widgets.put('a', { uid: 'two' });
    await until('the new one', () => rig.sink.story.length > 2);
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget', '-a', '+a']);
  });
});

describe('a reflector that may not watch', () => {
  it('polls, tells why, and watches again once it may', async () => {
    await using rig = await Rig.open((widgets) => {
      widgets.put('a');
      widgets.fault = refuseWatches(2, 403);
    });
    await rig.untilPhase('polling');
    assert.match(rig.reflector.state().lastError ?? '', /HTTP 403/);
    rig.widgets.put('b');
    rig.widgets.remove('a');
    await rig.untilNames('b');
    await rig.untilPhase('watching');
    assert.equal(rig.reflector.state().lastError, undefined);
    assert.equal(rig.widgets.watches.length, 3);
    assert.deepEqual(rig.timing.waits, [600, 1200]);
  });

  it('settles on polling after a while, with a look at the watch after every fourth list', async () => {
    await using rig = await Rig.open((widgets) => {
      widgets.put('a');
      widgets.fault = refuseWatches(7, 403);
    });
    await rig.untilPhase('watching');
    assert.equal(rig.widgets.watches.length, 8);
    assert.deepEqual(
      rig.timing.waits,
      [600, 1200, 2400, 4800, 9600, 19_200, 19_200, 19_200, 19_200, 22_500, 22_500, 22_500, 22_500],
    );
  });
});

describe('a sink that throws', () => {
  it('misses that object; the log says which, and the reflector goes on', async () => {
    await using rig = await Rig.open((widgets) => ['a', 'b'].forEach((name) => widgets.put(name)));
    rig.sink.onUpsert = ({ metadata }) => {
      if (JSON.stringify(metadata).includes('"a"')) throw new Error('I do not like it');
    };
    await rig.untilPhase('watching');
    rig.widgets.put('c');
    await rig.untilNames('b', 'c');
    const entry = rig.log.entries.find(({ level }) => level === 'error');
    const { err, ...about } = { err: new Error('none'), ...entry?.about };
    assert.equal(err.message, 'I do not like it');
    assert.deepEqual(about, {
      what: 'upsert',
      group: 'example.com',
      kind: 'Widget',
      namespace: 'shop',
      name: 'a',
    });
  });
});

describe('a reflector that is stopped', () => {
  it('ends its watch, asks no more, and leaves the objects where they are', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    await rig.reflector.stop();
    await until('the watch to be gone', () => rig.widgets.watchers === 0);
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget']);
    const { length } = rig.api.requests;
    rig.widgets.put('b');
    await rig.timing.sleep(60_000);
    assert.equal(rig.api.requests.length, length);
  });

  it('and is to forget takes them back', async () => {
    await using rig = await Rig.watching((widgets) => widgets.put('a'));
    await rig.reflector.forget();
    assert.deepEqual(rig.sink.story, ['+a', 'synced Widget', '-a', 'unsynced Widget']);
  });
});
