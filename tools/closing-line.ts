/**
 * A test reporter that says one thing, last: `N passed, N failed, N skipped`.
 */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly details?: { readonly type?: string };
    readonly skip?: unknown;
    readonly todo?: unknown;
  };
}

export default async function* closingLine(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for await (const { type, data } of source) {
    // A suite passes or fails with its tests: counting it would count them twice.
    if (data.details?.type === 'suite') continue;
    if (type === 'test:pass') counts[data.skip === undefined ? 'passed' : 'skipped'] += 1;
    if (type === 'test:fail' && data.todo === undefined) counts.failed += 1;
  }
  yield `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
}
