/**
 * @module Bindings and services that mean harm.
 */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../api/json.ts';
import { aBinding, aDatabase, aSecret, DATABASE, SECRET_SERVICE } from './derived.ts';

export const HIDDEN = 'hidden-value';
export const ENCODED = btoa(HIDDEN);

const key = fc.constantFrom(
  'a',
  'b',
  'name',
  'type',
  '__proto__',
  'constructor',
  'toString',
  '',
  'a b',
  '\ud800',
  'ü',
);
const scalar = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.double(),
  fc.constantFrom<Json>(null, true, 2 ** 53, -0, 1e300, '{{', '}', 'db-cred'),
);
export const { value: json } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((members): Json => Object.fromEntries(members)),
  ),
}));

const path = fc.constantFrom(
  '{.spec}',
  '{..}',
  '{.spec.*}',
  '{.spec.a}',
  '{.spec.a[*]}',
  '{.spec.b}',
  '{.status.cred}',
  '{.data}',
  '{.data.*}',
  '{.data.password}',
  '{.metadata.name}-{.spec}',
  '{range .spec.a[*]}{@}{end}',
  '{.spec[?(@.a=="b")]}',
  '{',
  '{}',
  '{}}{',
);
const option = fc.oneof(
  path.map((text) => `path=${text}`),
  fc
    .constantFrom(
      'objectType=',
      'elementType=',
      'sourceKey=',
      'sourceValue=',
      'bindAs=',
      'source=',
      'optional=',
    )
    .chain((name) =>
      fc
        .constantFrom(
          'Secret',
          'ConfigMap',
          'string',
          'map',
          'sliceOfMaps',
          'sliceOfStrings',
          'template',
          'true',
          'a',
          'volume',
          '',
          '{{ . }}',
        )
        .map((value) => `${name}${value}`),
    ),
  fc.string({ maxLength: 6 }),
);
const annotationKey = fc.oneof(
  fc.constantFrom(
    'service.binding',
    'service.binding/',
    'service.bindingx',
    'servicebinding.dev',
    'servicebinding.dev/x',
  ),
  key.map((name) => `service.binding/${name}`),
);
const annotations = fc
  .array(
    fc.tuple(
      annotationKey,
      fc.array(option, { maxLength: 4 }).map((parts) => parts.join(',')),
    ),
    { maxLength: 4 },
  )
  .map((members): JsonObject => Object.fromEntries(members));

const template = fc.constantFrom(
  '{{ . }}',
  '{{ json . }}',
  '{{ .name }}',
  '{{ range $k, $v := . }}{{ $k }}={{ $v }}\n{{ end }}',
  '{{ .db.data }}',
  '{{ .db.data.password }}',
  '{{ index .db "data" .name }}',
  '{{ slice .password 9 }}',
  '{{ .name | upper }}',
  '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}',
  '{{ range 99999999 }}{{ end }}',
  '{{ .service.kind }}_{{ .name }}',
  '{{',
);

export const binding = fc
  .record({
    naming: fc.option(template, { nil: undefined }),
    mappings: fc.array(fc.record({ name: key, template }), { maxLength: 2 }),
    olderSpellings: fc.boolean(),
    ownedResources: fc.boolean(),
    secretType: fc.constantFrom('Opaque' as const, 'typed' as const),
    placement: fc.constantFrom(undefined, {
      bindAs: undefined,
      prefix: undefined,
      mountPathPrefix: 'platform',
    }),
  })
  .map(({ placement, ...derivation }) =>
    aBinding({
      services: [
        { ...DATABASE, id: 'db' },
        { ...SECRET_SERVICE, id: 'secret' },
      ],
      derivation: { ...derivation, ...(placement === undefined ? {} : { placement }) },
    }),
  );

export const database = fc
  .tuple(annotations, json, json)
  .map(([marks, spec, status]) => aDatabase(marks, { spec, status }));
export const secret = annotations.map((marks) =>
  aSecret(
    { password: HIDDEN, type: HIDDEN },
    { metadata: { name: 'db-cred', namespace: 'ns', annotations: marks } },
  ),
);
