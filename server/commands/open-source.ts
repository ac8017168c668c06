/**
 * @module The store, and what fills it: files, or the Kubernetes API.
 */
import type { ObjectIdentity } from '../../lib/api/sink.ts';
import type { FieldError } from '../../lib/parse/field.ts';
import { Store } from '../../lib/store/store.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { FileDerivations } from '../source/files/file-derivations.ts';
import { FileSource } from '../source/files/file-source.ts';
import type { OpenedKube } from '../source/kube/open.ts';
import type { Source } from '../source/source.ts';

/** Where objects come from. */
export type Origin =
  | { readonly type: 'files'; readonly paths: readonly string[] }
  | { readonly type: 'kube'; readonly kubeconfig?: string; readonly context?: string };

export interface OpenedSource {
  readonly store: Store;
  readonly source: Source;
  /** Where they come from the Kubernetes API; it has yet to be started. */
  readonly kube?: OpenedKube;
}

type OnInvalid = (
  identity: ObjectIdentity,
  errors: readonly FieldError[],
  placeOf?: FileSource['placeOf'],
) => void;

/** Whoever has made more mistakes in one object begins with these. */
const MAX_TOLD = 20;

/** Tells which object cannot be used, and which fields are the reason. */
function reporter(log: Log, metrics: Metrics): OnInvalid {
  return (identity, errors, placeOf) => {
    const { kind, namespace, name } = identity;
    metrics.invalid(kind);
    for (const { path, message } of errors.slice(0, MAX_TOLD)) {
      const place = placeOf?.(identity, path);
      log.warn(
        { kind, namespace, name, field: path, reason: message, ...(place === undefined ? {} : { place }) },
        'object cannot be used',
      );
    }
  };
}

async function openFiles(paths: readonly string[], log: Log, onInvalid: OnInvalid): Promise<OpenedSource> {
  let source: FileSource | undefined;
  // At the first load the source is not there yet, and so no places: what is invalid then is told afterwards.
  const early: [ObjectIdentity, readonly FieldError[]][] = [];
  const derivations = new FileDerivations({
    onWarning: ({ type, namespace, name }, warning) =>
      log.warn({ kind: type.kind, namespace, name, reason: warning }, 'the Secret of a binding'),
  });
  const store = new Store({
    closedWorld: true,
    derived: (binding) => derivations.find(binding),
    kindOf: (group, plural) => derivations.kindOf(group, plural),
    onInvalid: (identity, errors) => {
      if (source === undefined) early.push([identity, errors]);
      else onInvalid(identity, errors, (...place) => source?.placeOf(...place));
    },
  });
  const opened = await FileSource.open({
    paths,
    sink: store,
    log,
    async prepare(world, kinds) {
      await derivations.renew(world, kinds);
      // A definition may have come, and with it the kind of a plural.
      for (const object of store.unresolved()) store.upsert(object);
    },
  });
  source = opened;
  for (const [identity, errors] of early) onInvalid(identity, errors, (...place) => opened.placeOf(...place));
  return { store, source: opened };
}

export async function openSource(origin: Origin, log: Log, metrics: Metrics): Promise<OpenedSource> {
  const onInvalid = reporter(log, metrics);
  if (origin.type === 'files') return openFiles(origin.paths, log, onInvalid);
  // client-node takes a third of a second to load: only those who need it wait.
  const { openKube } = await import('../source/kube/open.ts');
  const kube = openKube({ ...origin, log, onInvalid });
  return { store: kube.store, source: kube.source, kube };
}
