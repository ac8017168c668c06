/**
 * @module `POST /mutate`: workloads.
 */
import type { FastifyInstance } from 'fastify';
import { mutate } from '../../lib/mutate.ts';
import type { AppDependencies } from '../app.ts';
import { reviewRoute } from './review-route.ts';

export function mutateRoute(app: FastifyInstance, dependencies: AppDependencies): void {
  const { lister } = dependencies;
  reviewRoute(app, dependencies, 'mutate', (body) => mutate(body, lister));
}
