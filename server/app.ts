/**
 * @module The admission server: the shell with its routes. It never listens: that is the composition root's.
 */
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '../lib/api/json.ts';
import type { Lister } from '../lib/resolve/lister.ts';
import type { WorkloadLister } from '../lib/resolve/workload-lister.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { mutateRoute } from './routes/mutate.ts';
import { installReviewErrors } from './routes/review-errors.ts';
import { type SealKeySource, stampRoute } from './routes/stamp.ts';
import { validateRoute } from './routes/validate.ts';
import { buildShell, type ServingPair } from './shell.ts';

export interface AppDependencies {
  readonly lister: Lister;
  readonly log: Log;
  readonly metrics: Metrics;
  /** True from the moment on when the server is going away: every answer then asks to close its connection. */
  readonly draining?: () => boolean;
  /** Without it, nothing is said of what depends on workloads. */
  readonly workloads?: WorkloadLister;
  /** What requesters are sealed with; without it, no binding is stamped, and so none is admitted at `/stamp`. */
  readonly requesterKey?: SealKeySource;
  /** PEM: only clients with a certificate of this authority are answered. */
  readonly clientAuthority?: string;
  /** Called, before the answer leaves, with a ServiceBinding that was admitted and is about to be stored. */
  readonly onAdmitted?: (binding: JsonObject) => void;
}

export function buildApp(dependencies: AppDependencies, pair?: ServingPair): FastifyInstance {
  const app = buildShell(pair, dependencies.clientAuthority);
  installReviewErrors(app, dependencies);
  const { draining } = dependencies;
  if (draining !== undefined) {
    app.addHook('onRequest', (_request, reply, done) => {
      if (draining()) reply.header('connection', 'close');
      done();
    });
  }
  mutateRoute(app, dependencies);
  stampRoute(app, dependencies);
  validateRoute(app, dependencies);
  return app;
}
