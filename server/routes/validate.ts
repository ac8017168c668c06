/**
 * @module `POST /validate`: Cleat's own kinds.
 */
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '../../lib/api/json.ts';
import { NO_WORKLOADS } from '../../lib/resolve/workload-lister.ts';
import { validateSliced, type Validation } from '../../lib/validate.ts';
import type { AppDependencies } from '../app.ts';
import { inTurns } from '../turns.ts';
import { reviewRoute } from './review-route.ts';

export function validateRoute(app: FastifyInstance, dependencies: AppDependencies): void {
  const { lister, workloads = NO_WORKLOADS, onAdmitted, log } = dependencies;
  const listers = { lister, workloads };

  // Before the answer leaves: the next request may be that of a workload, and the binding's watch event is slower.
  function announce(binding: JsonObject): void {
    try {
      onAdmitted?.(binding);
    } catch (error) {
      log.error({ error: String(error) }, 'an admitted binding could not be announced');
    }
  }

  function told(validation: Validation): Validation {
    if (validation.admitted !== undefined) announce(validation.admitted);
    return validation;
  }

  reviewRoute(app, dependencies, 'validate', (body) => {
    const validation = inTurns(validateSliced(body, listers));
    return validation instanceof Promise ? validation.then(told) : told(validation);
  });
}
