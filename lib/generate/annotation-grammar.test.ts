/**
 * @module The corners of the grammar of annotations.
 */
import { describe } from 'node:test';
import { itGives, type Row } from './testkit/annotation-rows.ts';

const GRAMMAR: readonly Row[] = [
  {
    title: 'a key that ends in a slash has no name',
    annotations: { 'service.binding/': 'path={.spec.limits},elementType=map' },
    items: { cpu: '2', mem: '4Gi' },
  },
  {
    title: 'a key that merely starts like one',
    annotations: { 'service.bindingx': 'path={.spec.host}' },
    items: 'failed: annotation',
    says: /can't process annotation with name "service\.bindingx"/,
  },
  {
    title: 'the mark of provisioned services, and whatever else there is, is no such annotation',
    annotations: {
      'servicebinding.io/provisioned-service': 'true',
      'servicebinding.dev/host': 'x',
      other: 'y',
    },
    items: 'nothing',
  },
  {
    title: 'the last of two equal options counts',
    annotations: { 'service.binding/x': 'path={.spec.port},path={.spec.host}' },
    items: { x: 'db.example' },
  },
  {
    title: 'an empty value',
    annotations: { 'service.binding/x': '' },
    items: 'failed: annotation',
    says: /not implemented!/,
  },
  {
    title: 'SEC-8: a path without braces',
    annotations: { 'service.binding/x': 'path=.spec.host' },
    items: 'failed: annotation',
    says: /path has invalid syntax/,
  },
  {
    title: 'a path with a brace too many',
    annotations: { 'service.binding/x': 'path={.spec.host}}' },
    items: 'failed: annotation',
    says: /path has invalid syntax/,
  },
  {
    title: 'a path that cannot be read is seen when it is evaluated',
    annotations: { 'service.binding/x': 'path={.spec[}' },
    items: 'failed: binding',
  },
  {
    title: 'a path that cannot be read may be optional',
    annotations: { 'service.binding/x': 'path={.spec[},optional=true' },
    items: 'nothing',
  },
  {
    title: 'only the very word true makes it optional',
    annotations: { 'service.binding/x': 'path={.spec.pw},optional=True' },
    items: 'failed: binding',
  },
  {
    title: 'an empty elementType is no default',
    annotations: { 'service.binding/x': 'path={.spec.host},elementType=' },
    items: 'failed: annotation',
  },
  {
    title: 'an empty objectType is a string',
    annotations: { 'service.binding/x': 'path={.spec.host},objectType=' },
    items: { x: 'db.example' },
  },
  {
    title: 'SEC-8: an objectType in other letters is not known',
    annotations: { 'service.binding/x': 'path={.status.cred},objectType=secret' },
    items: 'failed: annotation',
  },
  {
    title: 'SEC-8: a list of maps needs to know its keys',
    annotations: { 'service.binding/x': 'path={.spec.conns},elementType=sliceOfMaps,sourceValue=url' },
    items: 'failed: annotation',
    says: /sliceOfMaps elementType requires sourceKey and sourceValue to be present/,
  },
  {
    title: 'a list of maps with sourceKey alone takes it for both',
    annotations: { 'service.binding/x': 'path={.spec.conns},elementType=sliceOfMaps,sourceKey=type' },
    items: { x_primary: 'primary', x_replica: 'replica' },
  },
  {
    title: 'a list may come as its elements',
    annotations: { 'service.binding/x': 'path={.spec.tags[*]},elementType=sliceOfStrings' },
    items: { x_0: 'x', x_1: 'y' },
  },
  {
    title: 'a list of maps may come as its elements',
    annotations: {
      'service.binding': 'path={.spec.conns[*]},elementType=sliceOfMaps,sourceKey=type,sourceValue=url',
    },
    items: { primary: 'p.example', replica: 'r.example' },
  },
  {
    title: 'a list that is none',
    annotations: { 'service.binding/x': 'path={.spec.host},elementType=sliceOfStrings' },
    items: 'failed: binding',
  },
  {
    title: 'a map that is none, optional or not',
    annotations: { 'service.binding/x': 'path={.spec.host},elementType=map,optional=true' },
    items: 'failed: binding',
  },
  {
    title: 'no value at all, without an error of the path, is not what optional is for',
    annotations: { 'service.binding/x': 'path={.spec.conns[?(@.type=="z")].url},optional=true' },
    items: 'failed: binding',
  },
  {
    title: 'a Secret that is not there is an error, optional or not',
    annotations: { 'service.binding': 'path={.spec.host},objectType=Secret,optional=true' },
    items: 'failed: binding',
    says: /Secret ns\/db\.example was not found/,
  },
  {
    title: 'what is no name of an object is never asked for',
    annotations: { 'service.binding': 'path=../{.status.cred},objectType=Secret' },
    items: 'failed: binding',
    says: /is no name that a Secret can have/,
  },
  {
    title: 'the annotation with a name wins over a whole Secret, whatever the order of their keys',
    annotations: {
      'service.binding': 'path={.status.cred},objectType=Secret',
      'service.binding/a': 'path={.status.cred},objectType=Secret',
      'service.binding/user': 'path={.spec.host}',
      'service.binding/z': 'path={.status.cred},objectType=Secret',
    },
    items: { user: 'db.example', pass: 's3cr3t' },
  },
  {
    title: 'of two annotations with names of their own the later key wins',
    annotations: {
      'service.binding/limits_mem': 'constant',
      'service.binding/limits': 'path={.spec.limits}',
    },
    items: { limits_cpu: '2', limits_mem: 'constant' },
  },
];

describe('an annotation', () => {
  itGives(GRAMMAR);
});
