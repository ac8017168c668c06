/**
 * @module What was measured, as a table for people and as data for programs.
 */

export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `x` is a ratio, and no unit a number of things. */
  readonly unit: '' | 'x' | 'µs' | 'ms' | 's' | 'MB' | '/s' | '/min' | '%';
  /** What it must not exceed, or fall below. */
  readonly limit?: number;
  /** What we want it to be. */
  readonly aim?: number;
  readonly better?: 'lower' | 'higher';
}

export interface Section {
  readonly title: string;
  readonly figures: readonly Figure[];
  /** What was left out, and whatever else is to be known. */
  readonly notes: readonly string[];
}

const DIGITS = { '': 2, x: 2, µs: 1, ms: 2, s: 2, MB: 0, '/s': 0, '/min': 0, '%': 2 } as const;

function amount(value: number, unit: Figure['unit']): string {
  const text = value.toFixed(DIGITS[unit]);
  return unit === 'x' || unit === '' ? `${text}${unit}` : `${text} ${unit}`;
}

function bound(value: number | undefined, { unit, better }: Figure): string {
  if (value === undefined) return '';
  return `${better === 'higher' ? '>=' : '<='} ${amount(value, unit)}`;
}

/** Judged by the value that is printed: 1.10x meets a limit of 1.10x. */
function meets({ value, unit, better }: Figure, wanted: number): boolean {
  const printed = Number(value.toFixed(DIGITS[unit]));
  return better === 'higher' ? printed >= wanted : printed <= wanted;
}

/** One word, or nothing where nothing is wanted. */
export function verdict(figure: Figure): string {
  const { limit, aim } = figure;
  if (limit !== undefined && !meets(figure, limit)) return 'MISSED';
  if (aim === undefined) return limit === undefined ? '' : 'met';
  if (meets(figure, aim)) return 'met';
  return limit === undefined ? 'aim missed' : 'limit met';
}

const HEAD = ['', 'measured', 'limit', 'aim', ''] as const;

function rowOf(figure: Figure): readonly string[] {
  const { name, value, unit } = figure;
  return [
    `  ${name}`,
    amount(value, unit),
    bound(figure.limit, figure),
    bound(figure.aim, figure),
    verdict(figure),
  ];
}

/** All sections in one table. */
export function table(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ title, figures, notes }) => [
    [title],
    ...figures.map(rowOf),
    ...notes.map((note) => [`  (${note})`]),
  ]);
  const cells = [HEAD, ...rows.filter((row) => row.length > 1)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.length === 1
      ? (row[0] ?? '')
      : row
          .map((cell, column) =>
            column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
          )
          .join('  ')
          .trimEnd();
  return [HEAD, ...rows].map(line).join('\n');
}
