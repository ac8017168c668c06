/**
 * @module Other forms of objects than the whole ones, as the API server makes them on request.
 */

/** What to ask for, as `Accept` headers: a list and the events of a watch differ in it. */
export interface ObjectForm {
  readonly list: string;
  readonly watch: string;
}

const formOf = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/** Names, annotations, labels and owners, and nothing else, whatever happens: who cannot make that refuses. */
export const NOTHING_BUT_METADATA: ObjectForm = {
  list: formOf('PartialObjectMetadataList'),
  watch: formOf('PartialObjectMetadata'),
};

/** The same; the whole objects from API servers of others that know no such form. */
export const METADATA: ObjectForm = {
  list: `${NOTHING_BUT_METADATA.list},application/json`,
  watch: `${NOTHING_BUT_METADATA.watch},application/json`,
};
