#!/usr/bin/env node
/**
 * @module The composition root: alone reads argv and the environment, handles signals and exits.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeProblem, ExitCode, Problem } from './commands/problem.ts';
import type { ServeOptions } from './commands/serve.ts';
import { createLog, LOG_LEVELS, type LogLevel } from './log.ts';
import { VERSION } from './version.ts';

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('a port is 0 to 65535.');
  return value;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, '': 1000 };

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('a duration is a number with ms, s or m, such as 5s.');
  return Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1000);
}

interface ServeFlags {
  readonly resources?: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly host: string;
  readonly port: number;
  readonly opsHost?: string;
  readonly opsPort: number;
  readonly certDir?: string;
  readonly certSecret?: string;
  readonly certName: readonly string[];
  readonly clientCa?: string;
  readonly controller: boolean;
  readonly olmDescriptors: boolean;
  readonly namespace?: string;
  readonly drain: number;
  readonly logLevel: LogLevel;
}

function originOf(flags: ServeFlags, command: Command): ServeOptions['origin'] {
  const { resources, kubeconfig, context } = flags;
  const wantsKube = kubeconfig !== undefined || context !== undefined;
  if (resources !== undefined) {
    if (wantsKube)
      command.error('error: --resources and --kubeconfig/--context exclude each other', {
        exitCode: ExitCode.failed,
      });
    return { type: 'files', paths: resources };
  }
  if (!wantsKube && process.env['KUBERNETES_SERVICE_HOST'] === undefined) {
    command.error(
      'error: nothing to serve: give --resources PATH, or --kubeconfig FILE or --context NAME, or run in a cluster',
      {
        exitCode: ExitCode.failed,
      },
    );
  }
  return {
    type: 'kube',
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
}

function certificatesOf({ certDir, certSecret }: ServeFlags, command: Command): ServeOptions['certificates'] {
  if (certDir !== undefined && certSecret === undefined) return { directory: certDir };
  if (certSecret !== undefined && certDir === undefined) return { secret: certSecret };
  return command.error('error: give either --cert-dir FOLDER or --cert-secret NAME', {
    exitCode: ExitCode.failed,
  });
}

/** Where a Pod finds the namespace that it runs in. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const DEFAULT_NAMESPACE = 'cleat-system';

async function ownNamespace(flag: string | undefined): Promise<string> {
  const given = flag ?? process.env['POD_NAMESPACE'];
  if (given !== undefined && given !== '') return given;
  const text = await readFile(NAMESPACE_FILE, 'utf8').catch(() => '');
  return text.trim() || DEFAULT_NAMESPACE;
}

/** The first signal that asks to stop. A second one does not wait for the drain. */
async function untilStopped(): Promise<string> {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const first = await new Promise<string>((resolve) => {
    for (const name of signals) process.once(name, () => resolve(name));
  });
  for (const name of signals) {
    process.removeAllListeners(name);
    process.once(name, () => process.exit(ExitCode.done));
  }
  return first;
}

/** Errors: a Problem if it cannot be read, or is no certificate. */
async function readAuthority(file: string): Promise<string> {
  try {
    const text = await readFile(file, 'utf8');
    // The first of them, as a check: what is none would keep everybody out.
    return new X509Certificate(text).raw.length > 0 ? text : '';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(`--client-ca ${file}: ${reason}; give a file of certificates in PEM`);
  }
}

async function runServe(flags: ServeFlags, command: Command): Promise<void> {
  const origin = originOf(flags, command);
  const certificates = certificatesOf(flags, command);
  const log = createLog(flags.logLevel);
  // From the very start: who is asked to stop while the caches still fill ends in order, too.
  const stopped = untilStopped();
  const { serve } = await import('./commands/serve.ts');
  const stopping = new AbortController();
  const abort = async (): Promise<void> => {
    log.info({ signal: await stopped }, 'asked to stop');
    stopping.abort();
  };
  void abort();
  try {
    const serving = await serve({
      origin,
      host: flags.host,
      port: flags.port,
      opsHost: flags.opsHost ?? flags.host,
      opsPort: flags.opsPort,
      certificates,
      certNames: flags.certName,
      ...(flags.clientCa === undefined ? {} : { clientAuthority: await readAuthority(flags.clientCa) }),
      controller: flags.controller,
      olmDescriptors: flags.olmDescriptors,
      namespace: await ownNamespace(flags.namespace),
      drainMs: flags.drain,
      log,
      signal: stopping.signal,
    });
    await stopped;
    await serving.drain();
  } catch (error) {
    // Asked to stop while it was still waiting for its certificate: nothing went wrong.
    if (!stopping.signal.aborted) throw error;
  }
  process.exit(ExitCode.done);
}

const program = new Command('cleat')
  .description('Service Binding for Kubernetes: puts the Secrets of services into the Pods that use them.')
  .version(VERSION)
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(cleat --help says more)');

program
  .command('serve')
  .description('answer AdmissionReviews over TLS, from files or from the Kubernetes API')
  .addHelpText(
    'after',
    `
POST /mutate and /validate answer over TLS on --port; GET /livez, /readyz and /metrics over HTTP on --ops-port.
After SIGTERM it is unready at once and serves on for --drain.

Examples:
  cleat serve --resources manifests/samples --cert-dir certs/run
  cleat serve --kubeconfig ~/.kube/config --context kind-kind --cert-dir certs/run`,
  )
  .option('--resources <path...>', 'objects from YAML or JSON files and folders, watched for changes')
  .option('--kubeconfig <file>', 'objects from the API that this kubeconfig leads to')
  .option('--context <name>', 'the context of the kubeconfig')
  .option('--host <address>', 'where to listen', '127.0.0.1')
  .option('--port <number>', 'the TLS port', port, 9443)
  .option('--ops-port <number>', 'the port of /livez, /readyz and /metrics', port, 8081)
  .option('--ops-host <address>', 'where they listen (default: as --host)')
  .option(
    '--cert-dir <folder>',
    'tls.crt and tls.key (and ca.crt); without them, self-signed ones are written there',
  )
  .option('--cert-secret <name>', 'self-signed certificates in this Secret of its own namespace instead')
  .option('--cert-name <name...>', 'further DNS names or addresses of a self-signed certificate', [])
  .option('--client-ca <file>', 'answer only clients with a certificate of this authority (PEM)')
  .option('--no-controller', 'answer AdmissionReviews only: reconcile nothing, write nothing')
  .option('--olm-descriptors', 'make Secrets from the descriptors of ClusterServiceVersions too', false)
  .option(
    '--namespace <name>',
    'where Cleat runs (default: $POD_NAMESPACE, or that of its ServiceAccount, or cleat-system)',
  )
  .option('--drain <duration>', 'how long to serve on after SIGTERM', duration, 5000)
  .addOption(
    new Option('--log-level <level>', 'debug has one line for each decision')
      .choices(LOG_LEVELS)
      .default('info'),
  )
  .action(runServe);

program
  .command('inject')
  .description('print manifests as the webhook would have them, without a cluster')
  .addHelpText(
    'after',
    `
Prints the whole input in its order: workloads bound, ServiceBindings with their status; comments stay.
Exit codes: 0 done, 1 usage, I/O or unparsable input, 2 some binding is not ready.

Examples:
  cat app.yaml | cleat inject -f - | kubectl apply -f -
  cleat inject -f deploy/ --resources bindings/ --diff`,
  )
  .requiredOption('-f, --filename <path...>', 'files and folders to print; - is standard input')
  .option('--resources <path...>', 'files and folders that are needed but not printed')
  .addOption(
    new Option('-o, --output <format>', 'json prints one v1 List').choices(['yaml', 'json']).default('yaml'),
  )
  .option('--diff', 'print what changes instead, as a diff; Secret data is masked', false)
  .option('--changed', 'print only the objects that change', false)
  .option('--no-status', 'leave out the status of ServiceBindings')
  .option('--require-secrets', 'a Secret that is referenced has to be in the input', false)
  .action(async (flags: InjectFlags) => {
    const { injectCommand } = await import('./commands/inject.ts');
    process.exitCode = await injectCommand(
      { ...flags, resources: flags.resources ?? [] },
      {
        stdin: process.stdin,
        stdout: process.stdout,
        stderr: process.stderr,
        color: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
      },
    );
  });

interface InjectFlags {
  readonly filename: readonly string[];
  readonly resources?: readonly string[];
  readonly output: 'yaml' | 'json';
  readonly diff: boolean;
  readonly changed: boolean;
  readonly status: boolean;
  readonly requireSecrets: boolean;
}

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`cleat: ${describeProblem(error)}\n`);
  process.exitCode = ExitCode.failed;
}
