import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { issueAuthority, issueServing } from '../../certs/issue.ts';
import type { KeyPair } from '../../certs/issue.ts';
import { authorityIsDue, servingIsDue, unexpiredAuthorities } from './renewal.ts';
import { DAY } from './test-support.ts';

const start = new Date('2026-01-01T00:00:00Z');
const after = (days: number): Date => new Date(start.getTime() + days * DAY);
const names = { dnsNames: ['localhost'], ipAddresses: ['127.0.0.1', '::1'] };

let old: KeyPair;
let young: KeyPair;
let serving: KeyPair;
let bundle: KeyPair;

before(async () => {
  old = await issueAuthority({ now: start, lifetimeMs: 300 * DAY });
  serving = await issueServing({ authority: old, ...names, now: start, lifetimeMs: 90 * DAY });
  young = await issueAuthority({ now: after(60), lifetimeMs: 300 * DAY });
  bundle = { certificate: young.certificate + old.certificate, key: young.key };
});

describe('an authority is due', () => {
  const cases: Record<string, [authority: () => KeyPair | undefined, now: Date, due: boolean]> = {
    'when there is none': [() => undefined, start, true],
    'not when it is new': [() => old, start, false],
    'not shortly before two thirds of its life': [() => old, after(199), false],
    'shortly after two thirds of its life': [() => old, after(201), true],
    'when the clock went back to before its time': [() => old, after(-2), true],
    'when its key is another one': [() => ({ ...old, key: young.key }), start, true],
    'when its key is damaged': [() => ({ ...old, key: old.key.slice(0, 60) }), start, true],
    'when its certificate is damaged': [() => ({ ...old, certificate: 'none' }), start, true],
    'by the newest of a bundle': [() => bundle, after(201), false],
  };
  for (const [name, [authority, now, due]] of Object.entries(cases)) {
    test(name, () => assert.equal(authorityIsDue({ authority: authority(), serving }, now), due));
  }
});

describe('a serving certificate is due', () => {
  const cases: Record<
    string,
    [now: Date, due: boolean, change?: () => { serving?: KeyPair; authority?: KeyPair }]
  > = {
    'not when it is new': [start, false],
    'not shortly before two thirds of its life': [after(59), false],
    'shortly after two thirds of its life': [after(61), true],
    'when it expired': [after(91), true],
    'when the clock went back to before its time': [after(-2), true],
    'when its key is another one': [start, true, () => ({ serving: { ...serving, key: old.key } })],
    'when it is damaged': [start, true, () => ({ serving: { ...serving, certificate: '' } })],
    'when no authority of the bundle signed it': [after(60), true, () => ({ authority: young })],
    'not while a new authority is younger than a day': [after(60.9), false, () => ({ authority: bundle })],
    'when a new authority is known for a day': [after(61.1), true, () => ({ authority: bundle })],
    'not before its own time, however long a new authority is known': [
      after(59),
      false,
      () => ({ authority: bundle }),
    ],
    'on its last day, even if the new authority is younger': [
      after(89.5),
      true,
      () => ({ authority: bundle }),
    ],
  };
  for (const [name, [now, due, change]] of Object.entries(cases)) {
    test(name, () => assert.equal(servingIsDue({ authority: old, serving, ...change?.() }, names, now), due));
  }

  test('when there is none, or when it lacks a name or an address', () => {
    assert.ok(servingIsDue({ authority: old, serving: undefined }, names, start));
    assert.ok(
      servingIsDue({ authority: old, serving }, { ...names, dnsNames: ['localhost', 'cleat'] }, start),
    );
    assert.ok(servingIsDue({ authority: old, serving }, { ...names, ipAddresses: ['10.0.0.1'] }, start));
    assert.ok(!servingIsDue({ authority: old, serving }, { dnsNames: [], ipAddresses: ['0:0::1'] }, start));
  });
});

test('of a bundle, what has not expired is kept, in its order', () => {
  const both = unexpiredAuthorities(bundle.certificate, after(200));
  assert.equal(both, bundle.certificate);
  assert.equal(unexpiredAuthorities(bundle.certificate, after(301)), young.certificate);
  assert.equal(unexpiredAuthorities(`${old.certificate}damaged`, after(1)), old.certificate);
  assert.equal(unexpiredAuthorities(undefined, start), '');
});
