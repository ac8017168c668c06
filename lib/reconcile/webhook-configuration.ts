/**
 * @module What the leader changes of a webhook configuration: the rules and, where Cleat issues its own certificates, the
 * authority. Everything else is the installation's, which in turn says nothing about these.
 */
import type { PatchOperation } from '../api/admission.ts';
import { dig, equal, isList, type Json, type JsonObject, own, textOf } from '../api/json.ts';

/** The webhooks for workloads. Those for Cleat's own kinds bring their rules with them. */
const FOLLOWS_BINDINGS: ReadonlySet<string> = new Set([
  'workloads.webhook.cleat.dev',
  'required.webhook.cleat.dev',
]);

const followsBindings = (webhook: Json): boolean => FOLLOWS_BINDINGS.has(textOf(dig(webhook, 'name')));

export interface DesiredWebhooks {
  /** Of every webhook for workloads; undefined leaves them alone. */
  readonly rules: readonly JsonObject[] | undefined;
  /** Base64 of PEM, for every webhook; undefined leaves it to others. */
  readonly caBundle: string | undefined;
}

/** Keys of a webhook's rule that the API server fills in when they are left out are always written, so that equal means equal. */
function rulesPatch(webhook: Json, at: string, rules: readonly JsonObject[]): readonly PatchOperation[] {
  const present = dig(webhook, 'rules') ?? [];
  return equal(present, rules) ? [] : [{ op: 'add', path: `${at}/rules`, value: rules }];
}

function authorityPatch(webhook: Json, at: string, caBundle: string): readonly PatchOperation[] {
  if (textOf(dig(webhook, 'clientConfig', 'caBundle')) === caBundle) return [];
  return [{ op: 'add', path: `${at}/clientConfig/caBundle`, value: caBundle }];
}

/**
 * The operations that make the configuration what it has to be; none if it is. Rules are written only where the API server
 * can verify who answers: without an authority every call would fail, and a webhook of policy Fail would stop the cluster.
 */
export function webhooksPatch(
  configuration: JsonObject,
  { rules, caBundle }: DesiredWebhooks,
): readonly PatchOperation[] {
  const webhooks = own(configuration, 'webhooks');
  if (!isList(webhooks)) return [];
  return webhooks.flatMap((webhook, index) => {
    const at = `/webhooks/${index}`;
    const isTrusted = (caBundle ?? textOf(dig(webhook, 'clientConfig', 'caBundle'))) !== '';
    return [
      ...(caBundle === undefined ? [] : authorityPatch(webhook, at, caBundle)),
      ...(rules === undefined || !isTrusted || !followsBindings(webhook)
        ? []
        : rulesPatch(webhook, at, rules)),
    ];
  });
}

const texts = (value: Json | undefined): readonly string[] =>
  isList(value) ? value.filter((item) => typeof item === 'string') : [];

/** The resources that the rules for workloads name, sub-resources and wildcards left out. */
export function interceptedResources(
  configuration: JsonObject,
): readonly { readonly group: string; readonly plural: string }[] {
  const webhooks = own(configuration, 'webhooks');
  const rules = (isList(webhooks) ? webhooks : []).filter(followsBindings).flatMap((webhook) => {
    const list = dig(webhook, 'rules');
    return isList(list) ? list : [];
  });
  return rules.flatMap((rule) =>
    texts(dig(rule, 'apiGroups')).flatMap((group) =>
      texts(dig(rule, 'resources')).flatMap((plural) =>
        /[*/]/.test(group + plural) ? [] : [{ group, plural }],
      ),
    ),
  );
}
