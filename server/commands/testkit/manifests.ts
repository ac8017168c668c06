/**
 * @module Manifests as people write them, with comments and habits of their own.
 */

/** The uid is that of no file: UUID v5 of `servicebinding.io/ServiceBinding/shop/db`. */
export const UID = 'e5dce99f-8bf3-5c23-89a5-f8cadd3ccfa7';

/** What must never be seen. */
export const PASSWORD = 'correct-horse-battery';
export const ENCODED = Buffer.from(PASSWORD).toString('base64');

export const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: db-secret
  namespace: shop
stringData:
  password: ${PASSWORD}
data:
  token: ${ENCODED}
`;

export const BINDING = `# orders uses the database
apiVersion: servicebinding.io/v1
kind: ServiceBinding
metadata: {name: db, namespace: shop}
spec:
  service: {apiVersion: v1, kind: Secret, name: db-secret}
  workload: {apiVersion: apps/v1, kind: Deployment, name: orders}
`;

export const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment   # of the shop
metadata:
  name: orders
  namespace: shop

spec:
  replicas: 0x2
  template:
    spec:
      containers:
        # the app
        - name: app
          image: "orders:1.10"
`;

export const CONFIG = `kind: ConfigMap
apiVersion: v1
metadata: {name: c, namespace: shop}
data: {"on": 'yes', mode: "0755"}   # kept
`;

export const STATUS = `status:
  binding:
    name: db-secret
  conditions:
  - type: ServiceAvailable
    status: "True"
    reason: ResolvedBindingSecret
    message: ""
    observedGeneration: 1
    lastTransitionTime: "1970-01-01T00:00:00Z"
  - type: WorkloadProjected
    status: "True"
    reason: WorkloadProjected
    message: projected into 1 workload
    observedGeneration: 1
    lastTransitionTime: "1970-01-01T00:00:00Z"
  - type: Ready
    status: "True"
    reason: ServiceBound
    message: projected into 1 workload
    observedGeneration: 1
    lastTransitionTime: "1970-01-01T00:00:00Z"
  observedGeneration: 1
`;

/** The same where lists are indented under their keys. */
export const INDENTED_STATUS = STATUS.replace(
  /(?<=conditions:\n)[^]*(?= {2}observedGeneration: 1\n$)/,
  (conditions) => conditions.replaceAll(/^(?=.)/gm, '  '),
);

const MAPPING = `'{"versions":[{"version":"*","annotations":".spec.template.metadata.annotations","containers":[{"path":".spec.template.spec.initContainers[*]","name":".name","env":".env","volumeMounts":".volumeMounts"},{"path":".spec.template.spec.containers[*]","name":".name","env":".env","volumeMounts":".volumeMounts"}],"volumes":".spec.template.spec.volumes"}]}'`;

/** The Deployment, bound: everything that was there is as it was. */
export const BOUND = `apiVersion: apps/v1
kind: Deployment   # of the shop
metadata:
  name: orders
  namespace: shop
  annotations:
    projector.servicebinding.io/mapping-${UID}: ${MAPPING}

spec:
  replicas: 0x2
  template:
    spec:
      containers:
        # the app
        - name: app
          image: "orders:1.10"
          env:
            - name: SERVICE_BINDING_ROOT
              value: /bindings
          volumeMounts:
            - name: servicebinding-${UID}
              mountPath: /bindings/db
              readOnly: true
      volumes:
        - name: servicebinding-${UID}
          projected:
            defaultMode: 420
            sources:
              - secret:
                  name: db-secret
    metadata:
      annotations:
        projector.servicebinding.io/secret-${UID}: db-secret
`;

export const docs = (...documents: readonly string[]): string => documents.join('---\n');

const itemOf = (manifest: string): string => `  - ${manifest.trimEnd().replaceAll(/\n(?=.)/g, '\n    ')}\n`;

export const listOf = (...manifests: readonly string[]): string =>
  `apiVersion: v1\nkind: List   # of everything\nitems:\n${manifests.map(itemOf).join('')}`;
