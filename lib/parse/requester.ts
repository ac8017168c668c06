/**
 * @module Requesters and their seals: unknown -> type. What is not whole is none: nobody is trusted by halves.
 */
import { dig, isList, isObject, type Json, own, textOf } from '../api/json.ts';
import type { Requester, Seal, SealOccasion } from '../api/requester.ts';

const isText = (value: Json): value is string => typeof value === 'string';

/** A list of strings; an absent one is empty. */
function textsOf(value: Json | undefined): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  return isList(value) && value.every(isText) ? value : undefined;
}

function extraOf(value: Json | undefined): Requester['extra'] | undefined {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, list]): [string, readonly string[]][] => {
    const texts = textsOf(list);
    return texts === undefined ? [] : [[key, texts]];
  });
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}

/** A `UserInfo`, of an admission request or of an annotation. */
export function parseRequester(value: Json | undefined): Requester | undefined {
  if (!isObject(value)) return undefined;
  const username = textOf(own(value, 'username'));
  const uid = own(value, 'uid') ?? '';
  const groups = textsOf(own(value, 'groups'));
  const extra = extraOf(own(value, 'extra'));
  if (username === '' || !isText(uid) || groups === undefined || extra === undefined) return undefined;
  return { username, uid, groups, extra };
}

function occasionOf(seal: Json): SealOccasion | undefined {
  const time = dig(seal, 'time');
  if (Number.isSafeInteger(time)) {
    const generateName = dig(seal, 'generateName');
    return { time: Number(time), ...(typeof generateName === 'string' ? { generateName } : {}) };
  }
  const generation = dig(seal, 'generation');
  const uid = textOf(dig(seal, 'uid'));
  return uid !== '' && Number.isSafeInteger(generation) ? { uid, generation: Number(generation) } : undefined;
}

/** The only form so far. Another one would be another number. */
export const SEAL_VERSION = 1;

export function parseSeal(value: Json | undefined): Seal | undefined {
  if (value === undefined || dig(value, 'v') !== SEAL_VERSION) return undefined;
  const occasion = occasionOf(value);
  const mac = textOf(dig(value, 'mac'));
  return occasion === undefined || mac === '' ? undefined : { occasion, mac };
}
