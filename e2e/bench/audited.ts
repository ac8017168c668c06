/**
 * @module What Cleat asks of the API server, as the API server's audit log has it: every request, with its times.
 */
import { type FileHandle, open } from 'node:fs/promises';

import { openAuditLog } from '../audit.ts';
import { dig, isList, type Json, textOf } from '../../lib/api/json.ts';

export interface AuditedRequest {
  readonly verb: string;
  /** `deployments`, `servicebindings/status`. */
  readonly resource: string;
  /** Empty for lists, watches and creations. */
  readonly name: string;
  /** The token that it was made with, hence the replica that made it. */
  readonly credential: string;
  readonly status: number;
  /** Milliseconds since the epoch: when it arrived, and when it was answered. */
  readonly received: number;
  readonly done: number;
}

export interface AuditedRequests {
  readonly apiServerArgs: readonly string[];
  /** All of them so far, in the order of their answers. */
  read(): Promise<readonly AuditedRequest[]>;
  close(): Promise<void>;
}

/** A watch counts when it begins: it may last for minutes. Every other request, when it is answered. */
const isCounted = (event: Json): boolean =>
  dig(event, 'stage') === (dig(event, 'verb') === 'watch' ? 'ResponseStarted' : 'ResponseComplete');

function requestOf(event: Json): AuditedRequest {
  const subresource = textOf(dig(event, 'objectRef', 'subresource'));
  const resource = textOf(dig(event, 'objectRef', 'resource'));
  const credentials = dig(event, 'user', 'extra', 'authentication.kubernetes.io/credential-id');
  const status = dig(event, 'responseStatus', 'code');
  return {
    verb: textOf(dig(event, 'verb')),
    resource: subresource === '' ? resource : `${resource}/${subresource}`,
    name: textOf(dig(event, 'objectRef', 'name')),
    credential: isList(credentials) ? textOf(credentials[0]) : '',
    status: typeof status === 'number' ? status : 0,
    received: Date.parse(textOf(dig(event, 'requestReceivedTimestamp'))),
    done: Date.parse(textOf(dig(event, 'stageTimestamp'))),
  };
}

/** Reads what was appended to a file since the last time, in whole lines. */
class Tail {
  readonly #path: string;
  #file: FileHandle | undefined;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async lines(): Promise<readonly string[]> {
    this.#file ??= await open(this.#path);
    const { size } = await this.#file.stat();
    const { buffer } = await this.#file.read({
      buffer: Buffer.alloc(size - this.#offset),
      position: this.#offset,
    });
    const end = buffer.lastIndexOf('\n') + 1;
    this.#offset += end;
    return buffer
      .toString('utf8', 0, end)
      .split('\n')
      .filter((line) => line !== '');
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

export async function openAudited(): Promise<AuditedRequests> {
  const log = await openAuditLog();
  const tail = new Tail(log.path);
  const requests: AuditedRequest[] = [];
  return {
    apiServerArgs: [
      ...log.apiServerArgs,
      '--audit-log-maxsize=4000', // megabytes: it is read as one file
    ],
    async read() {
      for (const line of await tail.lines()) {
        const event: Json = JSON.parse(line);
        if (isCounted(event)) requests.push(requestOf(event));
      }
      return requests;
    },
    async close() {
      await tail.close();
      await log.close();
    },
  };
}

/** Those that arrived then or later; milliseconds since the epoch. */
export const since = (requests: readonly AuditedRequest[], from: number): readonly AuditedRequest[] =>
  requests.filter(({ received }) => received >= from);

export type Tally = ReadonlyMap<string, number>;

/** How many of each kind: `patch deployments`. The most frequent first. */
export function tally(requests: readonly AuditedRequest[]): Tally {
  const counts = new Map<string, number>();
  for (const { verb, resource } of requests) {
    const what = `${verb} ${resource}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return new Map([...counts].toSorted(([, a], [, b]) => b - a));
}
