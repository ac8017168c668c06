/**
 * @module What an installation of the Service Binding Operator 1.4 consists of, as far as it is in anybody's way once the
 * operator is gone: kinds, a Deployment, and webhooks that fail.
 */
import { dig, type JsonObject, textOf } from '../../lib/api/json.ts';
import { readManifests } from '../cluster/manifest.ts';

const NAMESPACE = 'operators';
const SERVICE = 'service-binding-operator-service';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const OWN = ['bindablekinds', 'servicebindings'].map(
  (plural) => `manifests/components/api-service-binding-operator/binding.operators.coreos.com_${plural}.yaml`,
);

/** Its own kinds, and those of the specification in the versions that it knows. */
export async function operatorKinds(): Promise<readonly JsonObject[]> {
  const own = await readManifests(...OWN);
  const specification = (await readManifests('manifests/crds')).map((definition) => {
    const versions = (dig(definition, 'spec', 'versions') as readonly JsonObject[])
      .filter(({ name }) => name !== 'v1')
      .map((version) => ({ ...version, storage: version['name'] === 'v1beta1' }));
    return { ...definition, spec: { ...(definition['spec'] as JsonObject), versions } };
  });
  return [...own, ...specification].map((definition) => ({
    ...definition,
    metadata: {
      name: textOf(dig(definition, 'metadata', 'name')),
      annotations: { 'controller-gen.kubebuilder.io/version': 'v0.6.0' },
    },
  }));
}

export function operatorProgram(): readonly JsonObject[] {
  const labels = { 'control-plane': 'service-binding-controller-manager' };
  const container = { name: 'manager', image: 'registry.example.com/service-binding-operator:1.4.1' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: SERVICE, namespace: NAMESPACE },
      spec: { ports: [{ port: 443, targetPort: 9443 }], selector: labels },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'service-binding-operator', namespace: NAMESPACE, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
  ];
}

interface Hook {
  readonly name: string;
  readonly path: string;
  readonly group: string;
  readonly versions: readonly string[];
  readonly resource?: string;
}

const CORE = { group: 'binding.operators.coreos.com', versions: ['v1alpha1'] };
const SPEC = { group: 'servicebinding.io', versions: ['v1beta1', 'v1alpha3'] };

const MUTATING: readonly Hook[] = [
  { name: 'mservicebinding.kb.io', path: '/mutate-servicebinding', ...CORE },
  { name: 'mspec-servicebinding.kb.io', path: '/mutate-servicebinding', ...SPEC },
];
const VALIDATING: readonly Hook[] = [
  {
    name: 'vservicebinding.kb.io',
    path: '/validate-binding-operators-coreos-com-v1alpha1-servicebinding',
    ...CORE,
  },
  {
    name: 'vspecservicebinding.kb.io',
    path: '/validate-servicebinding-io-v1beta1-servicebinding',
    ...SPEC,
  },
  {
    name: 'vclusterworkloadresourcemapping.kb.io',
    path: '/validate-servicebinding-io-v1beta1-clusterworkloadresourcemapping',
    ...SPEC,
    resource: 'clusterworkloadresourcemappings',
  },
];

const webhook = ({ name, path, group, versions, resource = 'servicebindings' }: Hook): JsonObject => ({
  name,
  admissionReviewVersions: ['v1'],
  clientConfig: { service: { name: SERVICE, namespace: NAMESPACE, path } },
  failurePolicy: 'Fail',
  sideEffects: 'None',
  rules: [
    { apiGroups: [group], apiVersions: versions, operations: ['CREATE', 'UPDATE'], resources: [resource] },
  ],
});

const configuration = (kind: string, name: string, hooks: readonly Hook[]): JsonObject => ({
  apiVersion: ADMISSION,
  kind,
  metadata: { name },
  webhooks: hooks.map(webhook),
});

/** From its manifests two configurations hold them all; the Operator Lifecycle Manager makes one for each. */
export function operatorWebhooks(from: 'manifests' | 'lifecycle manager'): readonly JsonObject[] {
  const kinds = { MutatingWebhookConfiguration: MUTATING, ValidatingWebhookConfiguration: VALIDATING };
  return Object.entries(kinds).flatMap(([kind, hooks]) =>
    from === 'manifests'
      ? [configuration(kind, `service-binding-operator-${kind.toLowerCase()}`, hooks)]
      : hooks.map((hook, index) => configuration(kind, `${hook.name}-x7v2${index}`, [hook])),
  );
}
