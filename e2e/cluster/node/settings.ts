/**
 * @module What a node is called and where it is. Each has a network of its own, so that any number may have the same.
 */
export const NODE_NAME = 'cleat-node';
export const NODE_ADDRESS = '192.168.177.1';
export const POD_RANGE = '10.244.0.0/16';
