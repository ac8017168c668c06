/**
 * @module Waiting until Cleat has written what it has to write of many bindings.
 */
import { waitFor } from '../cluster/wait-for.ts';
import { type AuditedRequest, type AuditedRequests, since } from './audited.ts';

export const LONG_MS = 600_000;
export const LOOK_MS = 250;

export const BINDING = 'servicebindings';
export const STATUS = 'servicebindings/status';

const isWrite =
  (resource: string) =>
  ({ verb, resource: of, status }: AuditedRequest): boolean =>
    verb === 'patch' && of === resource && status === 200;

/**
 * Waits until so many bindings were written in this way, and what was to come of it is there. All writes since then:
 * the last of them is when it was done.
 */
export async function untilWritten(
  requests: AuditedRequests,
  { resource, count, from }: { readonly resource: string; readonly count: number; readonly from: number },
  isThere: () => Promise<boolean>,
): Promise<readonly AuditedRequest[]> {
  const probe = async (): Promise<readonly AuditedRequest[] | undefined> => {
    const writes = since(await requests.read(), from).filter(isWrite(resource));
    if (writes.length < count || !(await isThere())) return undefined;
    return writes;
  };
  return await waitFor(`${count} bindings to be written`, probe, { timeoutMs: LONG_MS, intervalMs: LOOK_MS });
}
