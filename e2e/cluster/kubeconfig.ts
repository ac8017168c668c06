/**
 * @module Kubeconfig files. They are written as JSON, which is YAML too.
 */
import { writeFile } from 'node:fs/promises';

export interface Kubeconfig {
  readonly url: string;
  readonly ca: string;
  readonly user: { readonly token: string } | { readonly cert: string; readonly key: string };
  readonly namespace?: string;
}

export async function writeKubeconfig(
  path: string,
  { url, ca, user, namespace }: Kubeconfig,
): Promise<string> {
  const credentials =
    'token' in user
      ? { token: user.token }
      : { 'client-certificate-data': base64(user.cert), 'client-key-data': base64(user.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cleat', cluster: { server: url, 'certificate-authority-data': base64(ca) } }],
    users: [{ name: 'cleat', user: credentials }],
    contexts: [
      { name: 'cleat', context: { cluster: 'cleat', user: 'cleat', ...(namespace ? { namespace } : {}) } },
    ],
    'current-context': 'cleat',
  };
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return path;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
