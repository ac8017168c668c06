import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { describeRequester, lacksRight, unknownRequester } from './messages.ts';
import { ALICE, user } from './testkit/api-server.ts';

const BINDING = { namespace: 'shop', name: 'db' };
const COMMAND =
  'kubectl annotate servicebindings.binding.operators.coreos.com db -n shop requester.cleat.dev/confirm=true';

describe('people read', () => {
  it('who the requester is', () => {
    assert.equal(describeRequester(ALICE), 'user alice');
    const account = user('system:serviceaccount:argocd:controller');
    assert.equal(describeRequester(account), 'ServiceAccount argocd/controller');
    assert.equal(describeRequester(user('system:node:a')), 'user system:node:a');
  });

  it('what the requester may not do, and both ways out', () => {
    const secret = { group: '', resource: 'secrets', verb: 'get', namespace: 'vault', name: 'db' };
    assert.equal(
      lacksRight(ALICE, secret, BINDING),
      'user alice, who requested this binding, may not get secrets db in namespace vault: grant it with a Role there, ' +
        `or let somebody who may confirm the binding as it is: ${COMMAND}`,
    );
    assert.match(
      lacksRight(ALICE, { group: 'apps', resource: 'deployments', verb: 'list' }, BINDING),
      /may not list deployments\.apps in the whole cluster: grant it with a ClusterRole, or let somebody/,
    );
  });

  it('how a binding that nobody vouches for is confirmed', () => {
    assert.ok(unknownRequester(BINDING).endsWith(COMMAND));
  });
});
