/**
 * @module Tables of annotations and the items that they give.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { JsonObject } from '../../api/json.ts';
import { annotated, itemsOf, messageOf } from './derived.ts';

const UPPERCASE = '{{ .service.kind | upper }}_{{ .name | upper }}';

export interface Row {
  readonly title: string;
  readonly annotations: JsonObject;
  readonly items: JsonObject | string;
  readonly says?: RegExp;
  /** What the names become where variables are made of them. */
  readonly variables?: readonly string[];
}

export function itGives(rows: readonly Row[]): void {
  for (const { title, annotations, items, says, variables } of rows) {
    it(`gives what its grammar says: ${title}`, () => {
      const made = annotated(annotations);
      assert.deepEqual(itemsOf(made), items, messageOf(made));
      if (says !== undefined) assert.match(messageOf(made), says);
      if (variables === undefined) return;
      assert.deepEqual(Object.keys(itemsOf(annotated(annotations, { naming: UPPERCASE }))), variables);
    });
  }
}
