/**
 * @module `POST /stamp`: ServiceBindings whose requester counts.
 */
import type { FastifyInstance } from 'fastify';
import { type SealKey, stamp } from '../../lib/requester/stamp.ts';
import type { AppDependencies } from '../app.ts';
import { reviewRoute } from './review-route.ts';

/** Where the key comes from. */
export interface SealKeySource {
  /** Returns once there is a key, or when there is no use in waiting. */
  ready(): Promise<void>;
  current(): SealKey;
}

const NO_CLUSTER: SealKeySource = {
  ready: async () => {},
  current: () => ({
    problem:
      'this Cleat was started with --resources and has no key; start it with the Kubernetes API instead',
  }),
};

export function stampRoute(app: FastifyInstance, dependencies: AppDependencies): void {
  const { requesterKey = NO_CLUSTER } = dependencies;
  reviewRoute(app, dependencies, 'stamp', async (body) => {
    // In memory but for the first time: a replica that has just started would refuse what the others admit.
    await requesterKey.ready();
    return stamp(body, requesterKey.current(), Date.now());
  });
}
