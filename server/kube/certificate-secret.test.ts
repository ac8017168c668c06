import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json } from '../../lib/api/json.ts';
import { CertificateSecretClient } from './certificate-secret.ts';
import { ApiError, describeError, TransportError } from './errors.ts';
import type { RequestOptions } from './transport.ts';

const PATH = '/api/v1/namespaces/cleat-system/secrets/cleat-certificates';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const anApiError = (status: number, message = `HTTP ${status}`): ApiError =>
  new ApiError({ status, reason: 'Some', message });

class Rig {
  readonly requests: [string, string, RequestOptions | undefined][] = [];
  answer: Json | Error = null;
  readonly secret = new CertificateSecretClient({
    transport: {
      request: async (...request) => {
        const [method, path, options] = request;
        this.requests.push([method, path, options]);
        await Promise.resolve();
        if (this.answer instanceof Error) throw this.answer;
        return this.answer;
      },
    },
    namespace: 'cleat-system',
    name: 'cleat-certificates',
  });

  /** The operations of the last patch. */
  get operations(): unknown {
    const [method, path, options] = this.requests.at(-1) ?? [];
    assert.equal(`${method} ${path}`, `PATCH ${PATH}`);
    assert.equal(options?.contentType, 'application/json-patch+json');
    return options.body;
  }
}

describe('the Secret with certificates', () => {
  it('is read, its entries decoded', async () => {
    const rig = new Rig();
    rig.answer = {
      metadata: { resourceVersion: '7' },
      data: { 'tls.crt': base64('certificate\n'), ['__proto__']: base64('data') },
    };
    const content = await rig.secret.read();
    assert.equal(content?.resourceVersion, '7');
    assert.deepEqual(Object.entries(content.data), [
      ['tls.crt', 'certificate\n'],
      ['__proto__', 'data'],
    ]);
    assert.deepEqual(rig.requests, [['GET', PATH, undefined]]);
  });

  it('is written with the resourceVersion that was read, entry by entry, so that others stay', async () => {
    const rig = new Rig();
    rig.answer = { metadata: { resourceVersion: '7' }, data: { other: base64('x') } };
    await rig.secret.read();
    assert.equal(await rig.secret.write({ 'tls.crt': 'c', 'a/~b': '' }, '7'), 'written');
    assert.deepEqual(rig.operations, [
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/data/tls.crt', value: base64('c') },
      { op: 'add', path: '/data/a~1~0b', value: '' },
    ]);
  });

  it('that is empty gets a map for the entries first', async () => {
    const rig = new Rig();
    rig.answer = { metadata: { resourceVersion: '7' } };
    assert.deepEqual(await rig.secret.read(), { data: {}, resourceVersion: '7' });
    await rig.secret.write({ 'tls.crt': 'c' }, '7');
    assert.deepEqual(rig.operations, [
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'add', path: '/data', value: {} },
      { op: 'add', path: '/data/tls.crt', value: base64('c') },
    ]);
  });

  it('may be missing, or have changed since', async () => {
    const rig = new Rig();
    rig.answer = anApiError(404);
    assert.equal(await rig.secret.read(), undefined);
    rig.answer = anApiError(409);
    assert.equal(await rig.secret.write({}, '7'), 'conflict');
  });

  it('whatever else is wrong is thrown', async () => {
    const rig = new Rig();
    rig.answer = anApiError(403);
    await assert.rejects(rig.secret.read(), { status: 403, message: 'HTTP 403' });
    rig.answer = new TransportError('connection', 'refused');
    await assert.rejects(rig.secret.read(), rig.answer);
    await assert.rejects(rig.secret.write({}, '7'), rig.answer);
    rig.answer = { kind: 'Table' };
    await assert.rejects(rig.secret.read(), { failure: 'unreadable', message: /the answer is no Secret/ });
  });

  it('a refusal that quotes what was written is not repeated', async () => {
    const rig = new Rig();
    rig.answer = anApiError(422, `data[tls.key]: Invalid value: "${base64('my key')}"`);
    const refusal: unknown = await rig.secret
      .write({ 'tls.key': 'my key' }, '7')
      .catch((error: unknown) => error);
    assert.equal(describeError(refusal), `PATCH ${PATH}: HTTP 422 Some`);
  });
});
