import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Slices } from '../lib/api/slices.ts';
import { inTurns } from './turns.ts';

function* work(name: string, slices: number, story: string[]): Slices<string> {
  for (let slice = 1; slice < slices; slice++) {
    story.push(name);
    yield;
  }
  story.push(name);
  return name;
}

it('what needs one slice is done at once', () => {
  assert.equal(inTurns(work('a', 1, [])), 'a');
});

it('of several works one goes on in a turn of the event loop', async () => {
  const story: string[] = [];
  const [turn, over] = [() => void story.push('-'), new AbortController()];
  const rounds = (): void => {
    turn();
    if (!over.signal.aborted) setImmediate(rounds);
  };
  const works = ['a', 'b', 'c'].map(async (name) => await inTurns(work(name, 3, story)));
  setImmediate(rounds);
  assert.deepEqual(await Promise.all(works), ['a', 'b', 'c']);
  over.abort();
  // The first slices come at once; then there is at most one between two turns.
  const [first = '', ...later] = story.join('').split('-');
  assert.equal(first, 'abc');
  assert.equal(later.join(''), 'abcabc');
  assert.ok(
    later.every((between) => between.length <= 1),
    story.join(''),
  );
});

it('work that throws lets the others go on', async () => {
  function* broken(): Slices<string> {
    yield;
    throw new Error('broken');
  }
  const works = [work('a', 3, []), broken(), work('b', 3, [])];
  const results = await Promise.allSettled(works.map(async (slices) => await inTurns(slices)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});
