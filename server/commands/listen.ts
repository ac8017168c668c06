/**
 * @module Ports: binding them, and exchanging the certificate under a server that is open.
 */
import type { FastifyInstance } from 'fastify';
import { Server as TlsServer } from 'node:tls';
import type { CertificateSource } from '../tls/source.ts';
import { tlsOptions } from '../shell.ts';
import { Problem } from './problem.ts';

/** Binds a port. Errors: what is wrong with the address, and what to do. */
export async function listen(
  app: FastifyInstance,
  host: string,
  port: number,
  flag: string,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reasons = new Map<unknown, string>([
      ['EADDRINUSE', 'another process listens there'],
      ['EACCES', 'it may not be used by this user'],
      ['EADDRNOTAVAIL', 'this machine has no such address'],
    ]);
    const reason = reasons.get(code) ?? String(error);
    throw new Problem(`cannot listen on ${host}:${port}: ${reason}; choose another with ${flag}`);
  }
}

/** New connections get the new pair; those that are open keep theirs, so no request fails. Returns what ends that. */
export function swapOnChange(
  app: FastifyInstance,
  certificate: CertificateSource,
  clientAuthority: string | undefined,
): () => void {
  return certificate.subscribe((pair) => {
    if (!(app.server instanceof TlsServer)) return;
    app.server.setSecureContext(tlsOptions(pair, clientAuthority));
  });
}
