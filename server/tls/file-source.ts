/**
 * @module Certificates that somebody else writes: a Secret volume, cert-manager, a script. The kubelet replaces a Secret
 * volume by renaming the symbolic link `..data`, which is an event of the directory and not of the files; some file
 * systems tell nothing at all. Hence both: watch the directory, and look again from time to time.
 */

import { watch } from 'node:fs';

import { coalesce } from '../coalesce.ts';
import { readPair } from './directory.ts';
import { holdCertificate } from './holder.ts';
import { parsePair, reason } from './pair.ts';
import type { ServingCertificate } from './pair.ts';
import type { CertificateSource, OpenOptions } from './source.ts';

/** Several events belong to one change. */
const SETTLE_MS = 100;

export async function openFileSource(options: OpenOptions): Promise<CertificateSource> {
  const { directory, clock, pollMs, log } = options;
  const load = async (): Promise<ServingCertificate> => parsePair(await readPair(directory), clock());
  const first = await load();

  const reload = coalesce(async () => {
    try {
      holder.use(await load());
    } catch (error) {
      holder.refuse(error);
    }
  });
  const poll = setInterval(reload, pollMs).unref();
  const endWatch = watchDirectory(options, reload);
  const holder = holdCertificate({
    first,
    directory,
    log,
    release: () => {
      clearInterval(poll);
      endWatch();
    },
  });
  return holder;
}

/** Calls `changed` a moment after the last event. Without events, which is no failure, polling does it alone. */
function watchDirectory({ directory, pollMs, log }: OpenOptions, changed: () => void): () => void {
  let settle: NodeJS.Timeout | undefined;
  const blind = (error: unknown): void =>
    log.warn(
      { directory, reason: reason(error), pollMs },
      'no file system events, the certificate is only polled',
    );
  const end = (): void => clearTimeout(settle);
  try {
    const watcher = watch(directory, { persistent: false }, () => {
      clearTimeout(settle);
      settle = setTimeout(changed, SETTLE_MS).unref();
    });
    watcher.on('error', (error) => {
      watcher.close();
      blind(error);
    });
    return () => {
      watcher.close();
      end();
    };
  } catch (error) {
    blind(error);
    return end;
  }
}
