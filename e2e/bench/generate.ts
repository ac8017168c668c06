/**
 * @module Templates and Secrets in one process: no request, no cluster.
 */
import { drive } from '../../lib/generate/drive.ts';
import { generate } from '../../lib/generate/generate.ts';
import type { SourceReference, SourceState } from '../../lib/generate/generation.ts';
import { readBinding } from '../../lib/binding/read.ts';
import type { Binding } from '../../lib/binding/binding.ts';
import { toBase64 } from '../../lib/patch/base64.ts';
import { execute } from '../../lib/template/execute.ts';
import { parseTemplate, type Template } from '../../lib/template/template.ts';
import { anOperatorBinding } from '../../lib/testkit/families.ts';
import type { Section } from './report.ts';
import { median, ratios } from './statistics.ts';

/** Ten actions, as a connection string with some care taken has them. */
const SOURCE =
  '{{ if .tls }}tls{{ else }}tcp{{ end }}://{{ urlquery .username }}:{{ urlquery .password }}@{{ .host }}:{{ .port }}/' +
  '{{ .database }}?{{ range $key, $value := .options }}{{ $key }}={{ $value | printf "%s" }}&{{ end }}';
const DATA = {
  tls: true,
  username: 'app',
  password: 's3cr3t&more',
  host: 'db.example',
  port: 5432,
  database: 'orders',
  options: { sslmode: 'require', timeout: '10s' },
};
const FUNCTIONS = { functions: ['json'] } as const;

const ROUNDS = 7;
const SLICE_MS = 400;

/** How often it can be done in a second. */
function rateOf(work: () => void): number {
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < SLICE_MS; done += 1) work();
  return (done / (performance.now() - start)) * 1_000;
}

function parsed(): Template {
  const result = parseTemplate(SOURCE, FUNCTIONS);
  if (!result.ok) throw new Error(result.error.message);
  return result.template;
}

/** Five entries of a Secret with a name of their own each, and one that is computed: no Secret can be reused. */
function aBinding(): Binding {
  const spec = { bindAsFiles: false, mappings: [{ name: 'URL', value: '{{ .username }}@{{ .host }}' }] };
  const binding = readBinding(anOperatorBinding({ spec }));
  if (!binding.ok) throw new Error(JSON.stringify(binding.errors));
  return binding.value;
}

const SECRET = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db-secret', namespace: 'shop' },
  data: Object.fromEntries(
    ['type', 'host', 'username', 'password', 'database'].map((key) => [key, toBase64(`the ${key}`)]),
  ),
};

const answer = (reference: SourceReference): SourceState =>
  reference.source === 'object' ? { state: 'found', objects: [SECRET] } : { state: 'absent' };

export interface GenerateSamples {
  readonly cached: readonly number[];
  readonly parsed: readonly number[];
  readonly secrets: readonly number[];
}

export function measureGenerate(): GenerateSamples {
  const template = parsed();
  const binding = aBinding();
  const work = {
    cached: () => void execute(template, DATA),
    parsed: () => void execute(parsed(), DATA),
    secrets: () => void drive(generate(binding), answer),
  };
  const outcome = drive(generate(binding), answer).generated.outcome;
  if (outcome !== 'make') throw new Error(`no Secret was made: ${outcome}`);
  for (const each of Object.values(work)) rateOf(each);
  const rounds = Array.from({ length: ROUNDS }, () => ({
    cached: rateOf(work.cached),
    parsed: rateOf(work.parsed),
    secrets: rateOf(work.secrets),
  }));
  return {
    cached: rounds.map(({ cached }) => cached),
    parsed: rounds.map((round) => round.parsed),
    secrets: rounds.map(({ secrets }) => secrets),
  };
}

export function generateSection({ cached, parsed: anew, secrets }: GenerateSamples): Section {
  return {
    title: 'templates and Secrets, in one process',
    figures: [
      { name: 'one template of 10 actions, parsed before', value: median(cached), unit: '/s' },
      { name: 'one template of 10 actions, parsed each time', value: median(anew), unit: '/s' },
      {
        name: 'parsed before : parsed each time',
        value: median(ratios(cached, anew)),
        unit: 'x',
        better: 'higher',
      },
      { name: 'Secrets made (5 entries, renamed; 1 computed)', value: median(secrets), unit: '/s' },
    ],
    notes: [],
  };
}
