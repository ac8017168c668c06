/**
 * @module What the API server has written down of Cleat's requests that change something: which replica made them, and
 * which webhooks changed them on the way.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dig, isList, isObject, type Json, type JsonObject, textOf } from '../lib/api/json.ts';
import { textAt } from './cluster/text-at.ts';

const CLEAT = 'system:serviceaccount:cleat-system:cleat';

export interface AuditedWrite {
  readonly verb: string;
  /** `deployments`, `servicebindings/status`. */
  readonly resource: string;
  readonly name: string;
  /** The token that it was made with: see {@link credentialOf}. */
  readonly credential: string;
  readonly status: number;
  /** When it arrived; milliseconds since the epoch. */
  readonly at: number;
  /** The webhook configurations that changed the object. */
  readonly changedBy: readonly string[];
}

export interface Audit {
  readonly apiServerArgs: readonly string[];
  writes(): Promise<readonly AuditedWrite[]>;
  close(): Promise<void>;
}

export interface AuditLog {
  /** For the API server. */
  readonly apiServerArgs: readonly string[];
  /** One event a line, as JSON. */
  readonly path: string;
  readonly close: () => Promise<void>;
}

/** A log of Cleat's requests: of all, or of those with certain verbs. `omitStages`: what is told of each besides its end. */
export async function openAuditLog(
  options: { readonly verbs?: readonly string[]; readonly omitStages?: readonly string[] } = {},
): Promise<AuditLog> {
  const { verbs = [], omitStages = ['RequestReceived'] } = options;
  const directory = await mkdtemp(join(tmpdir(), 'cleat-audit-'));
  const [policy, path] = [join(directory, 'policy.json'), join(directory, 'audit.log')];
  const rules = [{ level: 'Metadata', users: [CLEAT], verbs }, { level: 'None' }];
  await writeFile(
    policy,
    JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages, rules }),
  );
  return {
    apiServerArgs: [`--audit-policy-file=${policy}`, `--audit-log-path=${path}`],
    path,
    close: async () => await rm(directory, { recursive: true, force: true }),
  };
}

/** All events so far. */
export async function auditEvents(path: string): Promise<readonly Json[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.filter((line) => line !== '').map((line): Json => JSON.parse(line));
}

export async function openAudit(): Promise<Audit> {
  const log = await openAuditLog({ verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'] });
  return { ...log, writes: async () => (await auditEvents(log.path)).map(writeOf) };
}

function writeOf(event: Json): AuditedWrite {
  const subresource = textOf(dig(event, 'objectRef', 'subresource'));
  const resource = textOf(dig(event, 'objectRef', 'resource'));
  const credentials = dig(event, 'user', 'extra', 'authentication.kubernetes.io/credential-id');
  const status = dig(event, 'responseStatus', 'code');
  return {
    verb: textAt(event, 'verb'),
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    name: textOf(dig(event, 'objectRef', 'name')),
    credential: isList(credentials) ? textOf(credentials[0]) : '',
    status: typeof status === 'number' ? status : 0,
    at: Date.parse(textAt(event, 'requestReceivedTimestamp')),
    changedBy: changesIn(dig(event, 'annotations')),
  };
}

/** The API server notes for each webhook that it called whether that changed the object, as JSON in a text. */
function changesIn(annotations: Json | undefined): readonly string[] {
  if (!isObject(annotations)) return [];
  return Object.entries(annotations).flatMap(([key, value]) => {
    if (!key.startsWith('mutation.webhook.admission.k8s.io/')) return [];
    const note: Json = JSON.parse(textOf(value));
    return dig(note, 'mutated') === true ? [textOf(dig(note, 'configuration'))] : [];
  });
}

/** How the API server names the token in a kubeconfig. */
export async function credentialOf(kubeconfig: string): Promise<string> {
  const config: JsonObject = JSON.parse(await readFile(kubeconfig, 'utf8'));
  const users = dig(config, 'users');
  const token = textAt((isList(users) ? users[0] : undefined) ?? null, 'user', 'token');
  const claims: Json = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return `JTI=${textAt(claims, 'jti')}`;
}
