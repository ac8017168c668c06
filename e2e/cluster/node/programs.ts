/**
 * @module The programs of a node that come from Go modules rather than from the machine.
 */
import { provideProgram } from '../assets.ts';
import type { Programs } from './orders.ts';

/** One after the other: a build uses all processors by itself. */
export async function nodePrograms(): Promise<Programs> {
  return {
    kubelet: await provideProgram('kubelet'),
    proxy: await provideProgram('kube-proxy'),
    scheduler: await provideProgram('kube-scheduler'),
    controllerManager: await provideProgram('kube-controller-manager'),
  };
}
