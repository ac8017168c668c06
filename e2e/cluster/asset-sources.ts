/**
 * @module The programs that tests and tools need, and the Go modules in this repository that pin them.
 */
import { join } from 'node:path';
import type { AssetSource } from './build-asset.ts';

const PROGRAMS_OF_KUBERNETES = {
  'kube-apiserver': '5 minutes',
  'kube-controller-manager': '2 minutes',
  'kube-proxy': '1 minute',
  'kube-scheduler': '1 minute',
  kubectl: '2 minutes',
  kubelet: '1 minute',
} as const;

type KubernetesProgram = keyof typeof PROGRAMS_OF_KUBERNETES;

export type ProgramName = KubernetesProgram | 'etcd' | 'helm' | 'promtool';

const folderOf = (product: string): string => join(import.meta.dirname, 'assets', product);

function ofKubernetes(program: KubernetesProgram): AssetSource {
  return {
    program,
    product: 'kubernetes',
    folder: folderOf('kubernetes'),
    module: 'k8s.io/kubernetes',
    package: `k8s.io/kubernetes/cmd/${program}`,
    // Without them it would take itself for v0.0.0, and check API versions against that.
    variables: (version) => {
      const [major = '', minor = ''] = version.slice(1).split('.');
      return {
        'k8s.io/component-base/version.gitVersion': version,
        'k8s.io/component-base/version.gitMajor': major,
        'k8s.io/component-base/version.gitMinor': minor,
      };
    },
    duration: PROGRAMS_OF_KUBERNETES[program],
  };
}

export const SOURCES: Readonly<Record<ProgramName, AssetSource>> = {
  'kube-apiserver': ofKubernetes('kube-apiserver'),
  'kube-controller-manager': ofKubernetes('kube-controller-manager'),
  'kube-proxy': ofKubernetes('kube-proxy'),
  'kube-scheduler': ofKubernetes('kube-scheduler'),
  kubectl: ofKubernetes('kubectl'),
  kubelet: ofKubernetes('kubelet'),
  etcd: {
    program: 'etcd',
    product: 'etcd',
    folder: folderOf('etcd'),
    module: 'go.etcd.io/etcd/server/v3',
    package: 'go.etcd.io/etcd/server/v3',
    duration: '1 minute',
  },
  helm: {
    program: 'helm',
    product: 'helm',
    folder: folderOf('helm'),
    module: 'helm.sh/helm/v3',
    package: 'helm.sh/helm/v3/cmd/helm',
    variables: (version) => ({ 'helm.sh/helm/v3/internal/version.version': version }),
    duration: '2 minutes',
  },
  promtool: {
    program: 'promtool',
    product: 'promtool',
    folder: folderOf('promtool'),
    module: 'github.com/prometheus/prometheus',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    duration: '5 minutes',
  },
};

/** Their answers are those of any recent version; for the others the version is the point. */
export const ALSO_FROM_PATH: ReadonlySet<ProgramName> = new Set(['helm', 'kubectl', 'promtool']);

export function isProgramName(name: string): name is ProgramName {
  return Object.hasOwn(SOURCES, name);
}
