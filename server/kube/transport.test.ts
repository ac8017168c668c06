import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer as createTcpServer, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { before, describe, it } from 'node:test';
import { issueAuthority, issueServing, type KeyPair } from '../../certs/issue.ts';
import type { JsonObject } from '../../lib/api/json.ts';
import { FakeApi, sendJson, sendStatus, type Exchange, type Route } from './testing/fake-api.ts';
import { until } from './testing/recording.ts';
import { systemTiming } from './timing.ts';
import { openTransport, type Transport } from './transport.ts';

const VALID = { now: new Date(), lifetimeMs: 3_600_000 };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What the server saw of a request. */
function seen({ request, method, query }: Exchange): JsonObject {
  const { authorization = '', 'user-agent': agent = '' } = request.headers;
  const certificate = (request.socket as TLSSocket).getPeerCertificate?.().fingerprint256 ?? '';
  return { method, path: request.url ?? '', query: query.toString(), authorization, agent, certificate };
}

const echo: Route = (exchange) => sendJson(exchange, seen(exchange));

describe('the transport', () => {
  let authority: KeyPair;
  let tls: { cert: string; key: string };

  before(async () => {
    authority = await issueAuthority(VALID);
    tls = pem(
      await issueServing({ authority, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'], ...VALID }),
    );
  });

  const pem = ({ certificate, key }: KeyPair): { cert: string; key: string } => ({ cert: certificate, key });
  const trusted = (): JsonObject => ({ 'certificate-authority-data': base64(authority.certificate) });
  const client = async (): Promise<KeyPair> =>
    await issueServing({ authority, dnsNames: ['client'], ipAddresses: [], ...VALID });

  async function using<T>(route: Route, test: (api: FakeApi) => Promise<T>): Promise<T> {
    await using api = await FakeApi.start(route, tls);
    return await test(api);
  }

  async function ask(transport: Transport): Promise<Record<string, string>> {
    return (await transport.request('GET', '/x')) as Record<string, string>;
  }

  it('sends 1,500 requests over a few connections, and tells who asks', async (t) => {
    await using(echo, async (api) => {
      const kubeconfig = await api.kubeconfig({ token: 'secret-token' }, trusted());
      const transport = openTransport({ kubeconfig, version: '1.2.3' });
      const answer = await transport.request('GET', '/apis', {
        query: { limit: 5, continue: 'a b', no: undefined },
      });
      assert.deepEqual(answer, {
        method: 'GET',
        path: '/apis?limit=5&continue=a+b',
        query: 'limit=5&continue=a+b',
        authorization: 'Bearer secret-token',
        agent: 'cleat/1.2.3',
        certificate: '',
      });
      for (let i = 0; i < 500; i++) await ask(transport);
      await Promise.all(Array.from({ length: 999 }, async () => await ask(transport)));
      t.diagnostic(`1,500 requests, ${api.connections} connections`);
      assert.ok(api.connections <= 6);
      await transport.close();
    });
  });

  it('reads changed certificates and tokens from their files, and then makes new connections', async () => {
    await using(echo, async (api) => {
      const [one, two] = [await client(), await client()];
      const files = async ({ certificate, key }: KeyPair): Promise<void> => {
        await api.file('client.crt', certificate);
        await api.file('client.key', key);
      };
      await files(one);
      const user = { 'client-certificate': 'client.crt', 'client-key': 'client.key' };
      const transport = openTransport({ kubeconfig: await api.kubeconfig(user, trusted()) });
      const first = await ask(transport);
      assert.notEqual(first['certificate'], '');
      await ask(transport);
      const { connections } = api;
      assert.ok(connections <= 2);
      await files(two);
      const second = await ask(transport);
      assert.notEqual(second['certificate'], first['certificate']);
      assert.equal(api.connections, connections + 1);
      await transport.close();
    });
  });

  it('reads its credentials again when they are refused, and not again and again', async () => {
    let now = 0;
    const route: Route = (exchange) =>
      exchange.request.headers.authorization === 'Bearer good' ? echo(exchange) : sendStatus(exchange, 401);
    await using(route, async (api) => {
      const tokenFile = await api.file('token', 'bad\n');
      const kubeconfig = await api.kubeconfig({ tokenFile }, trusted());
      const transport = openTransport({ kubeconfig, timing: { ...systemTiming, now: () => now } });
      await assert.rejects(ask(transport), { status: 401 });
      assert.equal(api.requests.length, 2);
      await assert.rejects(ask(transport), { status: 401 });
      assert.equal(api.requests.length, 3);
      now = 11_000;
      await api.file('token', 'good\n');
      assert.equal((await ask(transport))['authorization'], 'Bearer good');
      await api.kubeconfig({ token: 'bad' }, trusted());
      now = 22_000;
      await ask(transport);
      await transport.close();
    });
  });

  it('runs an exec plugin once for requests of one moment, with what the protocol gives a plugin', async () => {
    await using(echo, async (api) => {
      const script = `
        echo run >> ${api.directory}/runs
        [ -n "$KUBERNETES_EXEC_INFO" ] || exit 1
        echo '{"status":{"token":"from-plugin"}}'`;
      const exec = {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'sh',
        args: ['-c', script],
      };
      const transport = openTransport({ kubeconfig: await api.kubeconfig({ exec }, trusted()) });
      const answers = await Promise.all([ask(transport), ask(transport), ask(transport)]);
      assert.deepEqual(
        [...new Set(answers.map(({ authorization }) => authorization))],
        ['Bearer from-plugin'],
      );
      assert.equal(await readFile(`${api.directory}/runs`, 'utf8'), 'run\n');
      await transport.close();
      const broken = { ...exec, args: ['-c', 'echo no such account >&2; exit 3'] };
      const failing = openTransport({ kubeconfig: await api.kubeconfig({ exec: broken }, trusted()) });
      await assert.rejects(ask(failing), {
        failure: 'credentials',
        message: /no credentials for https.*no such account/s,
      });
    });
  });

  it('trusts the authority of the kubeconfig and no other', async () => {
    await using(echo, async (api) => {
      const other = await issueAuthority(VALID);
      const kubeconfig = await api.kubeconfig(
        {},
        { 'certificate-authority-data': base64(other.certificate) },
      );
      const transport = openTransport({ kubeconfig });
      await assert.rejects(ask(transport), {
        failure: 'connection',
        message: /^GET \/x: .*(certificate|signature)/,
      });
    });
  });

  it('says so if the proxy is not one that it can use', async () => {
    await using(echo, async (api) => {
      const cluster = { ...trusted(), 'proxy-url': 'socks5://127.0.0.1:1080' };
      const transport = openTransport({ kubeconfig: await api.kubeconfig({}, cluster) });
      await assert.rejects(ask(transport), /the proxy-url socks5:.* is not supported; name an HTTP proxy/);
    });
  });

  it('goes through an HTTP proxy', async () => {
    const proxied: string[] = [];
    const proxy = createTcpServer((socket) => {
      socket.once('data', (head) => {
        const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+)/.exec(head.toString()) ?? [];
        proxied.push(`${host}:${port}`);
        const onward = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
        socket.pipe(onward).pipe(socket);
        for (const each of [socket, onward]) each.on('error', () => {});
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await using(echo, async (api) => {
      const cluster = { ...trusted(), 'proxy-url': `http://127.0.0.1:${port}` };
      const transport = openTransport({ kubeconfig: await api.kubeconfig({}, cluster) });
      assert.equal((await ask(transport))['path'], '/x');
      assert.deepEqual(proxied, [new URL(api.url).host]);
      await transport.close();
    });
    proxy.close();
  });
});

describe('the transport over plain HTTP', () => {
  it('keeps the path of the server, and sends no credentials', async () => {
    await using api = await FakeApi.start(echo);
    const kubeconfig = await api.kubeconfig({ token: 'secret' }, { server: `${api.url}/k8s/clusters/c1/` });
    const transport = openTransport({ kubeconfig });
    const answer = (await transport.request('GET', '/api')) as JsonObject;
    assert.deepEqual([answer['path'], answer['authorization']], ['/k8s/clusters/c1/api', '']);
    await transport.close();
  });

  it('gives an error answer as an ApiError, with what the Status or the proxy says', async () => {
    await using api = await FakeApi.start((exchange) => {
      if (exchange.path === '/gateway') exchange.response.writeHead(502).end('<b>Bad Gateway</b>');
      else sendStatus(exchange, 409, { reason: 'Conflict', headers: { 'retry-after': '3' } });
    });
    const transport = openTransport({ kubeconfig: await api.kubeconfig() });
    await assert.rejects(transport.request('PUT', '/x', { body: {} }), {
      name: 'ApiError',
      status: 409,
      reason: 'Conflict',
      retryAfterSeconds: 3,
      message: 'PUT /x: HTTP 409: the fake says 409',
    });
    await assert.rejects(transport.request('GET', '/gateway'), {
      status: 502,
      message: 'GET /gateway: HTTP 502: <b>Bad Gateway</b>',
    });
    await transport.close();
  });

  it('sends a body with its content type', async () => {
    await using api = await FakeApi.start((exchange) => {
      let body = '';
      exchange.request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      exchange.request.on('end', () =>
        sendJson(exchange, { body, type: exchange.request.headers['content-type'] ?? '' }),
      );
    });
    const transport = openTransport({ kubeconfig: await api.kubeconfig() });
    const contentType = 'application/json-patch+json';
    const answer = await transport.request('PATCH', '/x', { body: [{ op: 'test' }], contentType });
    assert.deepEqual(answer, { body: '[{"op":"test"}]', type: contentType });
    await transport.close();
  });

  it('gives up after its time, when it is aborted, when there is nobody, and on what is no JSON', async () => {
    const api = await FakeApi.start(({ path, response }) => {
      if (path === '/text') response.end('hello');
    });
    const transport = openTransport({ kubeconfig: await api.kubeconfig() });
    await assert.rejects(transport.request('GET', '/slow', { timeoutMs: 30 }), {
      failure: 'timeout',
      message: 'GET /slow: no answer within 30 ms',
    });
    const reason = new Error('enough');
    await assert.rejects(transport.request('GET', '/slow', { signal: AbortSignal.abort(reason) }), reason);
    const later = new AbortController();
    setTimeout(() => later.abort(reason), 20);
    await assert.rejects(transport.request('GET', '/slow', { signal: later.signal }), reason);
    await assert.rejects(transport.request('GET', '/text'), { failure: 'unreadable' });
    await api[Symbol.asyncDispose]();
    await assert.rejects(transport.request('GET', '/x'), {
      failure: 'connection',
      message: /^GET \/x: .*ECONNREFUSED/,
    });
    await transport.close();
    await assert.rejects(transport.request('GET', '/x'), { failure: 'connection', message: /closed/ });
  });

  it('streams lines, and closes the connection when the reader leaves', async () => {
    let open = 0;
    await using api = await FakeApi.start(({ response }) => {
      open += 1;
      response.on('close', () => (open -= 1));
      response.write('one\ntwo\n');
    });
    const transport = openTransport({ kubeconfig: await api.kubeconfig() });
    for await (const line of await transport.stream('/watch', { inactivityMs: 5_000 })) {
      assert.equal(line, 'one');
      break;
    }
    await until('the connection to be closed', () => open === 0);
    const leave = new AbortController();
    const stream = await transport.stream('/watch', { inactivityMs: 5_000, signal: leave.signal });
    const lines: string[] = [];
    await assert.rejects(
      async () => {
        for await (const line of stream) if (lines.push(line) === 2) leave.abort(new Error('stopped'));
      },
      { message: 'stopped' },
    );
    assert.deepEqual(lines, ['one', 'two']);
    await transport.close();
  });
});
