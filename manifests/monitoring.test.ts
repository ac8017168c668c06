import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string }[];
}

const text = (path: string): string => readFileSync(path, 'utf8');
const rule: { spec: { groups: readonly { rules: readonly AlertRule[] }[] } } = parse(
  text('manifests/monitoring/prometheus-rule.yaml'),
);
const alerts = rule.spec.groups.flatMap(({ rules }) => rules);
const dashboard: { panels: readonly Panel[] } = JSON.parse(text('manifests/monitoring/cleat.json'));

/** The names of series that an expression reads. */
function seriesIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\b((?:cleat|process|nodejs)_[a-z0-9_]+)/g)].map(([name]) => name);
}

/** The name that is registered: a histogram is read by its buckets. */
const metricOf = (series: string): string => series.replace(/_(bucket|sum|count)$/, '');

/** What the sources register, and what Cleat takes over from prom-client. */
function isRegistered(metric: string): boolean {
  return /^(process|nodejs)_/.test(metric) || SOURCES.includes(`'${metric}'`);
}
const SOURCES = globSync('server/**/*.ts')
  .filter((path) => !path.endsWith('.test.ts'))
  .map(text)
  .join('\n');

describe('monitoring', () => {
  test('every alert and every panel reads metrics that Cleat has', () => {
    const expressions = [
      ...alerts.map(({ expr }) => expr),
      ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ];
    const metrics = new Set(expressions.flatMap(seriesIn).map(metricOf));
    const unknown = [...metrics].filter((metric) => !isRegistered(metric));
    assert.deepEqual(unknown, []);
    assert.ok(metrics.size > 15);
  });

  test('every alert has a section in the runbook and every section an alert', () => {
    const sections = [...text('docs/runbook.md').matchAll(/^## (Cleat\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(
      sections,
      alerts.map(({ alert }) => alert),
    );
    for (const { alert, annotations } of alerts)
      assert.ok(annotations['runbook']?.startsWith(`docs/runbook.md#${alert.toLowerCase()} - `), alert);
  });

  test('every alert says what is wrong, what follows from it and what to do, and is tested to fire and to keep quiet', () => {
    const tests = text('manifests/monitoring/alerts.promtest.yaml');
    for (const { alert, annotations } of alerts) {
      assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook'], alert);
      assert.ok(tests.includes(`alertname="${alert}"`), `${alert} is not tested to fire`);
      assert.ok(tests.includes(`alertname: ${alert}}`), `${alert} is not tested to keep quiet`);
    }
  });

  test('no panel covers another, and each says what it shows', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    for (const { title, description } of dashboard.panels) assert.match(description, /\.$/, title);
  });
});
