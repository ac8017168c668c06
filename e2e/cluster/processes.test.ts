import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { freePort, openWorkshop } from './processes.ts';
import { untilReady } from './until-ready.ts';
import { waitFor } from './wait-for.ts';

suite('a workshop', () => {
  test('says how a program ended and what it wrote', async (t) => {
    const workshop = await openWorkshop();
    t.after(workshop.close);
    const program = await workshop.start('etcd', '/bin/sh', ['-c', 'echo address in use >&2; exit 3']);
    await assert.rejects(
      untilReady(program, () => Promise.resolve(false)),
      { message: /^etcd ended with exit code 3\nThe end of its log:\naddress in use\n$/ },
    );
  });

  test('that is closed leaves neither programs nor its folder, and may be closed again', async () => {
    const workshop = await openWorkshop();
    const program = await workshop.start('sleep', '/bin/sleep', ['600']);
    assert.equal(program.ended(), undefined);
    await workshop.close();
    await workshop.close();
    assert.equal(program.ended(), 'sleep ended with SIGKILL');
    assert.ok(!existsSync(workshop.directory));
  });
});

suite('when the process that opened a workshop goes without closing it, programs and folder go too', () => {
  const ends: Record<string, (child: ChildProcess) => void> = {
    'because it is done': (child) => child.stdin?.end(),
    'because it is killed': (child) => child.kill('SIGKILL'),
    'because it is terminated': (child) => child.kill('SIGTERM'),
  };
  const script = `
    const { openWorkshop } = await import(${JSON.stringify(join(import.meta.dirname, 'processes.ts'))});
    const workshop = await openWorkshop();
    await workshop.start('sleep', '/bin/sh', ['-c', 'echo $$; exec sleep 600']);
    process.stdout.write(workshop.directory);
    process.stdin.resume();`;

  for (const [how, end] of Object.entries(ends)) {
    test(how, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const [output] = await once(child.stdout, 'data');
      const directory = String(output);
      const pid = await waitFor('the process id', () => Number(readLog(directory)) || undefined);
      end(child);
      await waitFor('the folder to be gone', () => !existsSync(directory));
      await waitFor('the program to be gone', () => !isAlive(pid));
    });
  }
});

test('a free port is not handed out twice, and a taken one never', async (t) => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  assert.notEqual(await freePort(), port);
});

function readLog(directory: string): string {
  return readFileSync(join(directory, 'sleep.log'), 'utf8');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
