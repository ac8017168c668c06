/**
 * @module The items that the template of an annotation without a name writes: lines of `key=value`.
 */
import { fail } from './failure.ts';

export function readLines(text: string, where: string): readonly (readonly [string, string])[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [, name, value] = /^\s*([-._a-zA-Z0-9]+)=(.*)$/s.exec(line) ?? [];
    // The line itself may hold what nobody is to see.
    if (name === undefined || value === undefined) {
      fail(
        'binding',
        `${where}: its template has to write lines of name=value, or the annotation needs a name`,
      );
    }
    return [name, value] as const;
  });
}
