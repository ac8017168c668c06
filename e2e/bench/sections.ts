/**
 * @module From samples to figures, with what the project wants of each.
 */
import { cpuOf, type Samples, type Subject, throughputOf } from './cpu.ts';
import type { Creates, Webhook } from './creates.ts';
import type { Latencies, Latency } from './latency.ts';
import type { Footprint } from './memory.ts';
import type { Figure, Section } from './report.ts';
import type { Rig } from './rig.ts';
import { median, ratios } from './statistics.ts';

const MB = 1024 * 1024;

const spread = (name: string, values: readonly number[]): string =>
  `${name}: ${values.map((value) => value.toFixed(2)).join(' ')}`;

export function cpuSection(samples: Samples): Section {
  const to = (subject: Subject, partner: Subject): readonly number[] =>
    ratios(cpuOf(samples, subject), cpuOf(samples, partner));
  const none = to('no match', 'floor');
  const one = to('one match', 'floor');
  const many = to('10,000 bindings, one match', 'one match');
  const ten = to('ten matches', 'floor');
  const absolute = [...samples.keys()].flatMap((subject): readonly Figure[] => [
    { name: `${subject}: CPU`, value: median(cpuOf(samples, subject)), unit: 'µs' },
    { name: `${subject}: reviews`, value: throughputOf(samples, subject), unit: '/s' },
  ]);
  return {
    title: "server's CPU time per review",
    figures: [
      { name: 'no match : floor', value: median(none), unit: 'x', limit: 1.1 },
      { name: 'one match : floor', value: median(one), unit: 'x', limit: 1.6, aim: 1.35 },
      { name: 'one match in 10,000 bindings : one match', value: median(many), unit: 'x', limit: 1.1 },
      { name: 'ten matches : floor', value: median(ten), unit: 'x' },
      ...absolute,
    ],
    notes: [
      spread('rounds, no match : floor', none),
      spread('rounds, one match : floor', one),
      spread('rounds, 10,000 : one', many),
    ],
  };
}

/** What one binding's server takes; measured if nobody did. */
export async function saturatingRate(rig: Rig, samples: Samples | undefined): Promise<number> {
  if (samples !== undefined) return throughputOf(samples, 'one match');
  await using server = await rig.startCleat('one match');
  const load = (): ReturnType<Rig['load']['saturate']> => rig.load.saturate(`${server.url}/mutate`, 3);
  await load();
  const { requests, seconds } = await load();
  return requests / seconds;
}

export function latencySection(latencies: Latencies, rate: number): Section {
  const figuresOf = (name: string, { p50, p99, max }: Latency): readonly Figure[] => [
    { name: `${name}: p50`, value: p50, unit: 'ms' },
    { name: `${name}: p99`, value: p99, unit: 'ms' },
    { name: `${name}: worst`, value: max, unit: 'ms' },
  ];
  return {
    title: `latency at half of the saturating rate (${rate} reviews/s)`,
    figures: [
      ...figuresOf('floor', latencies.floor),
      ...figuresOf('one match', latencies.few),
      ...figuresOf('one match in 10,000 bindings', latencies.many),
      ...figuresOf('... while their file is replaced and read', latencies.relisting),
    ],
    notes: ['a list of the Kubernetes API that begins anew is not measured'],
  };
}

export function memorySection(few: Footprint, many: Footprint): Section {
  return {
    title: 'memory and start of the bundle',
    figures: [
      { name: 'one binding: start to ready', value: few.start, unit: 's', aim: 0.5 },
      { name: 'one binding: resident when ready', value: few.idle / MB, unit: 'MB' },
      { name: '10,000 bindings: start to ready', value: many.start, unit: 's', aim: 0.5 },
      { name: '10,000 bindings: resident when ready', value: many.idle / MB, unit: 'MB', aim: 200 },
      { name: '10,000 bindings: resident after load', value: many.loaded / MB, unit: 'MB', aim: 200 },
      { name: '10,000 bindings: at most', value: many.peak / MB, unit: 'MB' },
    ],
    notes: [],
  };
}

export function createsSection(creates: Creates): Section {
  const rate = (webhook: Webhook): number => median(creates[webhook]);
  const share = (webhook: Webhook, partner: Webhook): number =>
    median(ratios(creates[webhook], creates[partner]));
  return {
    title: 'creates through the API server (dry run, 16 clients)',
    figures: [
      { name: 'floor : no webhook', value: share('floor', 'none'), unit: 'x', better: 'higher' },
      {
        name: 'Cleat, no match : floor',
        value: share('no match', 'floor'),
        unit: 'x',
        limit: 0.9,
        better: 'higher',
      },
      {
        name: 'Cleat, one match : floor that answers the same patch',
        value: share('one match', 'patching floor'),
        unit: 'x',
        limit: 0.9,
        better: 'higher',
      },
      { name: 'Cleat, one match : floor', value: share('one match', 'floor'), unit: 'x', better: 'higher' },
      { name: 'no webhook', value: rate('none'), unit: '/s' },
      { name: 'floor', value: rate('floor'), unit: '/s' },
      { name: 'floor that answers the same patch', value: rate('patching floor'), unit: '/s' },
      { name: 'Cleat, no match', value: rate('no match'), unit: '/s' },
      { name: 'Cleat, one match', value: rate('one match'), unit: '/s' },
    ],
    notes: [],
  };
}
