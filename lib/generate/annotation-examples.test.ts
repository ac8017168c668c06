/**
 * @module The worked examples of annotations that users of the Service Binding Operator know.
 */
import { describe } from 'node:test';
import { itGives, type Row } from './testkit/annotation-rows.ts';

const credentials = { user: 'admin', pass: 's3cr3t' };
const tags = { tags_0: 'x', tags_1: 'y' };

const EXAMPLES: readonly Row[] = [
  {
    title: 'SEC-2 SEC-7: a string at a path, under the name of the annotation',
    annotations: { 'service.binding/host': 'path={.spec.host}' },
    items: { host: 'db.example' },
    variables: ['DATABASE_HOST'],
  },
  {
    title: 'a number is written as Go prints it',
    annotations: { 'service.binding/port': 'path={.spec.port}' },
    items: { port: '5432' },
    variables: ['DATABASE_PORT'],
  },
  {
    title: 'a path with text around it',
    annotations: { 'service.binding/url': 'path=pg://{.spec.host}:{.spec.port}/app' },
    items: { url: 'pg://db.example:5432/app' },
    variables: ['DATABASE_URL'],
  },
  {
    title: 'SEC-8: a value without any option is a constant',
    annotations: { 'service.binding/type': 'postgresql' },
    items: { type: 'postgresql' },
    variables: ['DATABASE_TYPE'],
  },
  {
    title: 'a constant keeps its commas',
    annotations: { 'service.binding/opts': 'a=1,b=2' },
    items: { opts: 'a=1,b=2' },
    variables: ['DATABASE_OPTS'],
  },
  {
    title: 'SEC-8: an option without a path is a mistake',
    annotations: { 'service.binding/x': 'foo,objectType=Secret' },
    items: 'failed: annotation',
    says: /^Database ns\/db: annotation service\.binding\/x: path not found/,
  },
  {
    title: 'SEC-3: a whole Secret, decoded',
    annotations: { 'service.binding': 'path={.status.cred},objectType=Secret' },
    items: credentials,
    variables: ['DATABASE_PASS', 'DATABASE_USER'],
  },
  {
    title: 'a whole Secret pays no heed to the name of the annotation',
    annotations: { 'service.binding/creds': 'path={.status.cred},objectType=Secret' },
    items: credentials,
    variables: ['DATABASE_PASS', 'DATABASE_USER'],
  },
  {
    title: 'SEC-4: one entry of a Secret, under the name of the annotation',
    annotations: { 'service.binding/username': 'path={.status.cred},objectType=Secret,sourceKey=user' },
    items: { username: 'admin' },
    variables: ['DATABASE_USERNAME'],
  },
  {
    title: 'sourceValue does as well as sourceKey for it',
    annotations: { 'service.binding/username': 'path={.status.cred},objectType=Secret,sourceValue=user' },
    items: { username: 'admin' },
    variables: ['DATABASE_USERNAME'],
  },
  {
    title: 'one entry of a Secret keeps its own name where the annotation has none',
    annotations: { 'service.binding': 'path={.status.cred},objectType=Secret,sourceKey=user' },
    items: { user: 'admin' },
    variables: ['DATABASE_USER'],
  },
  {
    title: 'an entry that is not there gives nothing, and no error',
    annotations: { 'service.binding': 'path={.status.cred},objectType=Secret,sourceKey=nope' },
    items: 'nothing',
  },
  {
    title: 'an option that is not known is ignored, so that all entries come',
    annotations: { 'service.binding/username': 'path={.status.cred},objectType=Secret,valueKey=user' },
    items: credentials,
  },
  {
    title: 'SEC-3: a ConfigMap whose name is put together',
    annotations: { 'service.binding': 'path={.metadata.name}-conf,objectType=ConfigMap' },
    items: { timeout: '10s', mode: 'ha' },
    variables: ['DATABASE_MODE', 'DATABASE_TIMEOUT'],
  },
  {
    title: 'SEC-4: one entry of a ConfigMap',
    annotations: { 'service.binding/timeout': 'path={.status.conf},objectType=ConfigMap,sourceKey=timeout' },
    items: { timeout: '10s' },
  },
  {
    title: 'a map, its keys behind the name of the annotation',
    annotations: { 'service.binding/limits': 'path={.spec.limits},elementType=map' },
    items: { limits_cpu: '2', limits_mem: '4Gi' },
    variables: ['DATABASE_LIMITS_CPU', 'DATABASE_LIMITS_MEM'],
  },
  {
    title: 'a map without a name',
    annotations: { 'service.binding': 'path={.spec.limits},elementType=map' },
    items: { cpu: '2', mem: '4Gi' },
    variables: ['DATABASE_CPU', 'DATABASE_MEM'],
  },
  {
    title: 'an object is taken apart even where a string was expected',
    annotations: { 'service.binding/limits': 'path={.spec.limits}' },
    items: { limits_cpu: '2', limits_mem: '4Gi' },
  },
  {
    title: 'SEC-6: a list of strings',
    annotations: { 'service.binding/tags': 'path={.spec.tags},elementType=sliceOfStrings' },
    items: tags,
    variables: ['DATABASE_TAGS_0', 'DATABASE_TAGS_1'],
  },
  {
    title: 'a list is taken apart even where a string was expected',
    annotations: { 'service.binding/tags': 'path={.spec.tags}' },
    items: tags,
  },
  {
    title: 'a list without a name',
    annotations: { 'service.binding': 'path={.spec.tags},elementType=sliceOfStrings' },
    items: { _0: 'x', _1: 'y' },
    variables: ['DATABASE__0', 'DATABASE__1'],
  },
  {
    title: 'SEC-6: one field of each element of a list',
    annotations: { 'service.binding/url': 'path={.spec.conns},elementType=sliceOfStrings,sourceValue=url' },
    items: { url_0: 'p.example', url_1: 'r.example' },
  },
  {
    title: 'a field that an element does not have says so',
    annotations: {
      'service.binding/url': 'path={.spec.conns},elementType=sliceOfStrings,sourceValue=weight',
    },
    items: { url_0: '1', url_1: '<nil>' },
  },
  {
    title: 'SEC-5: a list of maps',
    annotations: {
      'service.binding/ep': 'path={.spec.conns},elementType=sliceOfMaps,sourceKey=type,sourceValue=url',
    },
    items: { ep_primary: 'p.example', ep_replica: 'r.example' },
    variables: ['DATABASE_EP_PRIMARY', 'DATABASE_EP_REPLICA'],
  },
  {
    title: 'a list of maps without a name',
    annotations: {
      'service.binding': 'path={.spec.conns},elementType=sliceOfMaps,sourceKey=type,sourceValue=url',
    },
    items: { primary: 'p.example', replica: 'r.example' },
  },
  {
    title: 'a list of maps of which one has no value',
    annotations: {
      'service.binding/ep': 'path={.spec.conns},elementType=sliceOfMaps,sourceKey=type,sourceValue=weight',
    },
    items: 'failed: value',
    says: /Value for key ep_replica not found/,
  },
  {
    title: 'two values where one is wanted',
    annotations: { 'service.binding/t': 'path={.spec.tags[*]}' },
    items: 'failed: binding',
    says: /only one value should be returned for \{\.spec\.tags\[\*\]\} but we got 2/,
  },
  {
    title: 'what is not there and optional is left out',
    annotations: { 'service.binding/pw': 'path={.spec.pw},optional=true' },
    items: 'nothing',
  },
  {
    title: 'what is not there',
    annotations: { 'service.binding/pw': 'path={.spec.pw}' },
    items: 'failed: binding',
    says: /pw is not found/,
  },
  {
    title: 'a string without a name',
    annotations: { 'service.binding': 'path={.spec.host}' },
    items: 'failed: binding',
    says: /cannot use generic service\.binding annotation for string elements/,
  },
  {
    title:
      'one string of a Secret takes the name of the annotation (the Service Binding Operator found no object)',
    annotations: {
      'service.binding/u': 'path={.status.cred},objectType=Secret,elementType=string,sourceKey=user',
    },
    items: { u: 'admin' },
  },
  {
    title: 'SEC-8: an elementType that is not known',
    annotations: { 'service.binding/x': 'path={.spec.host},elementType=foo' },
    items: 'failed: annotation',
    says: /not implemented!/,
  },
  {
    title: 'an option behind a blank is none',
    annotations: { 'service.binding/x': 'path={.status.cred}, objectType=Secret' },
    items: { x: 'db-cred' },
  },
  {
    title: 'a truth value',
    annotations: { 'service.binding/ready': 'path={.status.ready}' },
    items: { ready: 'true' },
  },
];

describe('an annotation', () => {
  itGives(EXAMPLES);
});
