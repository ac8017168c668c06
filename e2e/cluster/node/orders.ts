/**
 * @module What the two sides of an enclosure say to each other: orders in, an answer out, and then, if at all, a message
 * that lets the node live on without the process that made it, which is answered as well.
 */
import type { ControlPlane } from '../control-plane.ts';

export interface Orders {
  /** The node's folder, which is the same on both sides. */
  readonly folder: string;
  /** The API server's port, and that of the gate. */
  readonly port: number;
  readonly programs: Programs;
  /** The image that holds the network of a Pod. */
  readonly sandbox: { readonly name: string; readonly archive: string };
  readonly apiServerArgs: readonly string[];
}

/** The paths of those that are not on the PATH. */
export interface Programs {
  readonly kubelet: string;
  readonly proxy: string;
  readonly scheduler: string;
  readonly controllerManager: string;
}

export type Access = Pick<ControlPlane, 'admin' | 'ca' | 'kubeconfig' | 'directory'>;

export type Answer = { readonly ready: Access } | { readonly failed: string };
