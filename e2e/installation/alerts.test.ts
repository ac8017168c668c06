import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { provideProgram } from '../cluster/assets.ts';
import { readManifests } from '../cluster/manifest.ts';

const run = promisify(execFile);

suite('the alerts', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cleat-alerts-'));
    // Prometheus reads what the operator unpacks from the PrometheusRule: JSON is YAML.
    const [rule] = await readManifests('manifests/monitoring/prometheus-rule.yaml');
    await writeFile(join(folder, 'rules.yaml'), JSON.stringify(rule?.['spec']));
    await copyFile('manifests/monitoring/alerts.promtest.yaml', join(folder, 'alerts.promtest.yaml'));
  });
  after(async () => rm(folder, { recursive: true }));

  async function promtool(...args: readonly string[]): Promise<string> {
    return (await run(await provideProgram('promtool'), args, { cwd: folder })).stdout;
  }

  test('are rules as Prometheus wants them', async () => {
    assert.match(await promtool('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yaml'), /SUCCESS/);
  });

  test('fire when they should, and keep quiet when they should not', async () => {
    assert.match(await promtool('test', 'rules', 'alerts.promtest.yaml'), /SUCCESS/);
  });
});
