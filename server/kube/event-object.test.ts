import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dig } from '../../lib/api/json.ts';
import { cutMessage, eventObject, type EventContent } from './event-object.ts';

const CONTENT: EventContent = {
  regarding: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'orders',
    uid: 'uid-1',
    resourceVersion: '7',
  },
  type: 'Warning',
  reason: 'ServiceNotFound',
  message: 'the service is not there',
};
const ORIGIN = { component: 'cleat', instance: 'cleat-1' };
const STAMP = { suffix: '0123456789abcdef', time: '2026-01-01T00:00:00Z' };

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

const nameFor = (name: string): string =>
  String(
    dig(
      eventObject({ ...CONTENT, regarding: { ...CONTENT.regarding, name } }, ORIGIN, STAMP),
      'metadata',
      'name',
    ),
  );

describe('an Event', () => {
  it('is one of core v1', () => {
    assert.deepEqual(eventObject(CONTENT, ORIGIN, STAMP), {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'orders.0123456789abcdef', namespace: 'shop' },
      involvedObject: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'orders',
        uid: 'uid-1',
        resourceVersion: '7',
      },
      type: 'Warning',
      reason: 'ServiceNotFound',
      message: 'the service is not there',
      source: { component: 'cleat' },
      reportingComponent: 'cleat',
      reportingInstance: 'cleat-1',
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
    });
  });

  it('about an object of the cluster lies in the namespace default', () => {
    const { resourceVersion: _, ...regarding } = CONTENT.regarding;
    const event = eventObject({ ...CONTENT, regarding: { ...regarding, namespace: '' } }, ORIGIN, STAMP);
    assert.equal(dig(event, 'metadata', 'namespace'), 'default');
    assert.deepEqual(dig(event, 'involvedObject'), {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'orders',
      uid: 'uid-1',
    });
  });

  const names: Record<string, [object: string, expected: string]> = {
    'a name with dots': ['a.b', 'a.b.0123456789abcdef'],
    'a name that is too long': ['x'.repeat(253), `${'x'.repeat(236)}.0123456789abcdef`],
    'one whose cut falls on a dot': [`${'x'.repeat(235)}.yyyyy`, `${'x'.repeat(235)}.0123456789abcdef`],
    'one whose cut falls after a dash': [`${'x'.repeat(235)}-yyyyy`, `${'x'.repeat(235)}.0123456789abcdef`],
    'the name of a role': ['system:Node-Proxier:', 'system-node-proxier.0123456789abcdef'],
    'a name without a legal character': ['::.::', '0123456789abcdef'],
  };
  for (const [what, [object, expected]] of Object.entries(names)) {
    it(`has a legal name for ${what}`, () => {
      assert.equal(nameFor(object), expected);
      assert.match(expected, SUBDOMAIN);
      assert.ok(expected.length <= 253);
    });
  }

  it('has at most 1024 characters of a message, and never half of one', () => {
    assert.equal(cutMessage('x'.repeat(1024)), 'x'.repeat(1024));
    assert.equal(cutMessage('x'.repeat(1025)), `${'x'.repeat(1023)}…`);
    assert.equal(cutMessage(`${'x'.repeat(1022)}😀😀`), `${'x'.repeat(1022)}…`);
  });
});
