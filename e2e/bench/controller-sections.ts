/**
 * @module From what was seen of the controller to figures, with what the project wants of each.
 */
import type { Tally } from './audited.ts';
import type { ControllerResults, Round } from './controller.ts';
import type { Figure, Section } from './report.ts';
import type { Idle, TakeOver } from './standing.ts';
import { median } from './statistics.ts';

const MB = 1024 * 1024;

/** The size that the aims are given for. */
const THOUSAND = 1_000;
/** Of the time for 1,000 bindings at one size to that at another. */
const GROWTH = 1.5;

/** Requests for one object; lists, watches, the lease, rights and discovery do not grow with the number of bindings. */
const PER_BINDING = /^(?:get|patch|create|update|delete) (?:servicebindings|deployments|events)/;

const sum = (tally: Tally): number => [...tally.values()].reduce((all, count) => all + count, 0);
const only = (tally: Tally, pattern: RegExp): Tally =>
  new Map([...tally].filter(([what]) => pattern.test(what)));
const without = (tally: Tally, pattern: RegExp): Tally =>
  new Map([...tally].filter(([what]) => !pattern.test(what)));
const listed = (tally: Tally): string =>
  [...tally].map(([what, count]) => `${count} ${what.trim()}`).join(', ') || 'none';

function requestFigures(bindings: number, tally: Tally): readonly Figure[] {
  const each = only(tally, PER_BINDING);
  return [
    { name: 'requests for each', value: sum(each) / bindings, unit: '', aim: 4 },
    ...[...each].map(([what, count]): Figure => ({ name: `... ${what}`, value: count / bindings, unit: '' })),
  ];
}

const spread = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(' ');
const count = (value: number): string => value.toLocaleString('en');

function roundSection(bindings: number, rounds: readonly Round[]): Section {
  const of = (value: (round: Round) => number): readonly number[] => rounds.map(value);
  const aim = bindings === THOUSAND ? { aim: 30 } : {};
  const tally = rounds.at(-1)?.requests ?? new Map<string, number>();
  const [ready, unbound] = [of((round) => round.ready), of((round) => round.unbound)];
  return {
    title: `${count(bindings)} bindings and workloads, made while Cleat was down`,
    figures: [
      { name: 'start of the process to all Ready', value: median(ready), unit: 's', ...aim },
      { name: 'deletion of all to all unbound', value: median(unbound), unit: 's', ...aim },
      { name: "Cleat's CPU until all Ready", value: median(of(({ cpu }) => cpu)), unit: 's' },
      ...requestFigures(bindings, tally),
    ],
    notes: [
      `rounds: Ready after ${spread(ready)} s, unbound after ${spread(unbound)} s`,
      `requests besides: ${listed(without(tally, PER_BINDING))}`,
    ],
  };
}

function growthSection(sizes: ReadonlyMap<number, readonly Round[]>): Section {
  const rows = (name: string, value: (round: Round) => number): readonly Figure[] => {
    const perThousand = [...sizes].map(([bindings, rounds]): readonly [number, number] => [
      bindings,
      (median(rounds.map(value)) / bindings) * THOUSAND,
    ]);
    const values = perThousand.map(([, seconds]) => seconds);
    return [
      ...perThousand.map(([bindings, seconds]): Figure => ({
        name: `${name}, of ${count(bindings)}`,
        value: seconds,
        unit: 's',
      })),
      {
        name: `${name}: most to least`,
        value: Math.max(...values) / Math.min(...values),
        unit: 'x',
        limit: GROWTH,
      },
    ];
  };
  return {
    title: 'growth: seconds for 1,000 bindings, from the first write to the last',
    figures: [...rows('Ready', ({ writing }) => writing), ...rows('unbound', ({ unwriting }) => unwriting)],
    notes: ['the start of the process, which is the same for any number, is left out'],
  };
}

function idleSection(bindings: number, replicas: Readonly<Record<'leader' | 'follower', Idle>>): Section {
  return {
    title: `${count(bindings)} bindings, idle`,
    figures: Object.entries(replicas).flatMap(
      ([name, { memory, heap, cpu, requests, seconds }]): readonly Figure[] => [
        { name: `${name}: resident`, value: memory.resident / MB, unit: 'MB', aim: 250 },
        { name: `${name}: most ever resident`, value: memory.peak / MB, unit: 'MB' },
        { name: `${name}: heap in use`, value: heap / MB, unit: 'MB' },
        { name: `${name}: requests`, value: (sum(requests) / seconds) * 60, unit: '/min', aim: 60 },
        { name: `${name}: CPU, of one processor`, value: cpu * 100, unit: '%', aim: 1 },
      ],
    ),
    notes: Object.entries(replicas).map(
      ([name, { requests, seconds }]) => `${name} in ${seconds} s: ${listed(requests)}`,
    ),
  };
}

function admittedSection(bindings: number, requests: Tally): Section {
  return {
    title: `${count(bindings)} bindings, then their workloads, which are bound at admission`,
    figures: requestFigures(bindings, requests),
    notes: [],
  };
}

function takeOverSection(bindings: number, { leading, done, requests }: TakeOver): Section {
  return {
    title: `another replica takes over ${count(bindings)} bindings after kill -9`,
    figures: [
      { name: 'until it leads: the lease has to run out', value: leading, unit: 's' },
      { name: 'until it has looked at all bindings', value: done, unit: 's' },
      { name: 'requests meanwhile', value: sum(requests), unit: '' },
    ],
    notes: [`requests: ${listed(requests)}`],
  };
}

/** Collects what is told, so that whatever fails later, what is there can be shown. */
export class ControllerFindings implements ControllerResults {
  readonly #rounds = new Map<number, Round[]>();
  readonly #bindings: number;
  readonly #others: Section[] = [];

  /** `bindings`: how many there are while it is idle. */
  constructor(bindings: number) {
    this.#bindings = bindings;
  }

  onRound(round: Round): void {
    const rounds = this.#rounds.get(round.bindings) ?? [];
    this.#rounds.set(round.bindings, [...rounds, round]);
  }

  onIdle(leader: Idle, follower: Idle): void {
    this.#others.push(idleSection(this.#bindings, { leader, follower }));
  }

  onAdmitted(bindings: number, requests: Tally): void {
    this.#others.push(admittedSection(bindings, requests));
  }

  onTakeOver(takeOver: TakeOver): void {
    this.#others.push(takeOverSection(this.#bindings, takeOver));
  }

  onFailed(what: string, problem: string): void {
    this.#others.push({ title: `${what}: could not be measured`, figures: [], notes: [problem] });
  }

  sections(): readonly Section[] {
    const rounds = [...this.#rounds].map(([bindings, of]) => roundSection(bindings, of));
    const growth = this.#rounds.size > 1 ? [growthSection(this.#rounds)] : [];
    return [...rounds, ...growth, ...this.#others];
  }
}
