/**
 * @module A test reporter that speaks at the end: what failed and why, each once and in short, so that the end of a log
 * tells it also where the rest was cut off; and, as the last line, `N passed, N failed, N skipped`.
 */
import { relative } from 'node:path';

interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly file?: string;
    readonly line?: number;
    readonly details?: { readonly type?: string; readonly error?: Error };
    readonly skip?: unknown;
    readonly todo?: unknown;
  };
}

/** Characters of one failure's message: a comparison of two worlds can be megabytes. */
const MOST_OF_A_MESSAGE = 3_000;
const MOST_FAILURES = 20;

function failure({ name = '', file = '', line = 0, details }: TestEvent['data']): string {
  // The runner wraps what a test threw.
  const error = details?.error;
  const thrown = error?.cause instanceof Error ? error.cause : error;
  const message = (thrown?.message ?? '').slice(0, MOST_OF_A_MESSAGE).replaceAll(/^/gm, '  ');
  return `FAILED ${name} (${relative('', file)}:${line})\n${message}\n`;
}

/** A suite fails with its tests, which are counted themselves, or by its own hooks. */
function failsByItsTests({ details }: TestEvent['data']): boolean {
  const error = details?.error;
  return error !== undefined && 'failureType' in error && error.failureType === 'subtestsFailed';
}

export default async function* closingLine(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const counts = { passed: 0, skipped: 0 };
  const failures: string[] = [];
  for await (const { type, data } of source) {
    if (type === 'test:pass' && data.details?.type !== 'suite')
      counts[data.skip === undefined ? 'passed' : 'skipped'] += 1;
    if (type === 'test:fail' && data.todo === undefined && !failsByItsTests(data))
      failures.push(failure(data));
  }
  yield* failures.slice(0, MOST_FAILURES);
  if (failures.length > MOST_FAILURES) yield `and ${failures.length - MOST_FAILURES} more\n`;
  yield `${counts.passed} passed, ${failures.length} failed, ${counts.skipped} skipped\n`;
}
