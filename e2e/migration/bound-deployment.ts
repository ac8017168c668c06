/**
 * @module A Deployment as servicebinding/runtime leaves it, with a variable of its user's own that reads the bound Secret.
 */
import { dig, type JsonObject, textOf } from '../../lib/api/json.ts';
import { recordedCases } from './recorded-cases.ts';

const variable = (name: string, secret: string, key: string): JsonObject => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** The annotation with the mapping, as it was recorded from a Deployment. */
function recordedMapping(): string {
  const [recorded] = recordedCases(1);
  const annotations = Object.entries((dig(recorded?.want, 'metadata', 'annotations') ?? {}) as JsonObject);
  return textOf(annotations.find(([key]) => key.includes('/mapping-'))?.[1]);
}

/** Bound by this binding, which sets DB_USER; OWN_PASSWORD is the user's. */
export function boundDeployment(name: string, binding: JsonObject, secret: string): JsonObject {
  const uid = textOf(dig(binding, 'metadata', 'uid'));
  const volume = `servicebinding-${uid}`;
  const container = {
    name: 'app',
    image: 'registry.example.com/app:1',
    env: [
      variable('OWN_PASSWORD', secret, 'password'),
      { name: 'SERVICE_BINDING_ROOT', value: '/bindings' },
      variable('DB_USER', secret, 'username'),
    ],
    volumeMounts: [{ name: volume, mountPath: `/bindings/${name}`, readOnly: true }],
  };
  const annotations = { [`projector.servicebinding.io/secret-${uid}`]: secret };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'shop',
      annotations: { [`projector.servicebinding.io/mapping-${uid}`]: recordedMapping() },
    },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: {
          containers: [container],
          volumes: [{ name: volume, projected: { sources: [{ secret: { name: secret } }] } }],
        },
      },
    },
  };
}
