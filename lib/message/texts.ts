/**
 * @module The fixed texts that people read, as handlebars templates of our own. Handlebars compiles by generating code:
 * no text that a user wrote is ever a template here, only data, and data is never escaped (this is no HTML).
 */
import Handlebars from 'handlebars';

const TEXTS = {
  serviceUnknown:
    '{{kind}} {{namespace}}/{{name}} cannot be looked up: its kind is not known to Cleat (is its CustomResourceDefinition installed, and may Cleat get, list and watch it? grant that with a ClusterRole labelled servicebinding.io/controller=true)',
  serviceNotFound: '{{kind}} {{namespace}}/{{name}} does not exist: create it, or correct spec.service',
  serviceMissingBinding:
    '{{kind}} {{namespace}}/{{name}} has no .status.binding.name yet: it names its Secret there once it is ready; if it never will, reference the Secret itself',
  nothingCollected:
    'no binding data to project: {{services}} publish no Secret and carry no annotations that tell how to make one; annotate them, or reference a Secret',
  secretNameTaken:
    'Secret {{namespace}}/{{name}} is there already and was not made for this binding: it is left alone; delete it, or rename it',
  secretWriteForbidden:
    'the Secret of the binding cannot be made: Cleat may not write Secrets in {{namespace}}; install the ClusterRole cleat-secret-generation',
  emptyApplication:
    'the binding names no workload, by name or by label: its Secret is made, and nothing is projected',
  secretPending:
    'the Secret is made for the binding, and is not there yet: the controller makes it as soon as it has read the services',
  workloadNotFound: '{{kind}} {{namespace}}/{{name}} does not exist: create it, or correct spec.workload',
  nothingSelected:
    'cannot find application resources for the given reference: no {{kind}} in {{namespace}} has the labels of the selector; label one, or correct the selector',
  notPatched:
    '{{kind}} {{namespace}}/{{name}} cannot be changed any more ({{why}}): create it again to bind it',
  mountTaken:
    'container {{container}} already mounts {{path}} ({{holder}}): this mount was left out; set another spec.name on one of the two',
  variableTaken:
    'container {{container}} already has the variable {{variable}} ({{holder}}): this variable was left out; rename one of the two',
  rootFromSource:
    'container {{container}} takes SERVICE_BINDING_ROOT from valueFrom, so its mount path cannot be known: the container was left alone; give the variable a value',
  rootUnusable:
    'container {{container}} has a SERVICE_BINDING_ROOT that no volume can be mounted under: the container was left alone; give the variable a path without `:`',
  containerMalformed: 'container {{container}} was left alone: {{problem}}',
  tooLarge:
    'nothing was projected: with all its bindings the workload would become too large; bind fewer containers or fewer variables',
  annotationsFull:
    'nothing was projected: the annotations of the workload have no room for it (256 KiB for all of them)',
  notRemoved: 'the projection could not be taken away: {{problem}}',
  placeMalformed: 'nothing was projected: {{problem}}',
  pathFailed:
    'the container path {{path}} of the mapping could not be evaluated, so its containers were left alone: {{problem}}',
  mappingUnusable:
    'nothing was projected: {{kind}} {{mapping}} cannot be used ({{problem}}); correct the mapping',
  pathUnusable:
    'nothing was projected: the container path {{path}} of the binding cannot be used ({{problem}}); correct spec.application.bindingPath.containersPath',
  notPodSpecAble:
    'nothing was projected: it has no Pod template at {{place}}, and there is no ClusterApplicationResourceMapping for its kind: create one',
  filterWithoutContainers:
    'nothing was projected: the binding names containers, but the ClusterApplicationResourceMapping of this kind lists variables and mounts instead of containers; remove the names, or list containers in the mapping',
  noContainers:
    'nothing was projected: no containers found at the paths of its mapping; set spec.application.bindingPath, or create a ClusterWorkloadResourceMapping for its kind',
  operatorProjection:
    'it is bound as the Service Binding Operator has bound it, and is bound anew with the next change of its Pod template; annotate the binding with projector.cleat.dev/replace=true to have that now, with a rollout',
  volumeTaken:
    'it already has a volume {{volume}} ({{holder}}): the binding was left out; set another spec.name on one of the two',
  stashUnreadable:
    'the annotation {{annotation}} of the workload holds no mapping ({{problem}}), so the present mapping was used to take the old projection away',
  orphaned:
    '{{workload}} carries the projection of a binding that is not in the input or cannot be used (uid {{uid}}): it was left as it is',
  uidTwice: 'another ServiceBinding has the uid {{uid}} too: delete one of the two',
  bindingInvalid: 'the binding cannot be used: {{problem}}',
  serviceForbidden:
    '{{kind}} {{namespace}}/{{name}} cannot be looked up: Cleat may not list its kind; grant get, list and watch with a ClusterRole labelled servicebinding.io/controller=true',
  workloadForbidden:
    '{{kind}} in {{namespace}} cannot be bound: Cleat may not {{verbs}} this kind; grant get, list, watch, update and patch with a ClusterRole labelled servicebinding.io/controller=true',
  workloadRefused: 'the API server refused the change: {{problem}}',
  workloadPatchForbidden:
    'Cleat was not allowed to change it: {{problem}}; grant patch with a ClusterRole labelled servicebinding.io/controller=true, or ask whose policy forbids it',
  workloadUndone:
    'the change was undone at once by another controller or webhook: find out who else writes its Pod template',
  workloadUnreachable:
    'the API server cannot list the kind {{kind}} at present: see whether the API service or the conversion webhook behind it is available (kubectl get apiservices; kubectl get {{kind}} -A)',
  workloadKindAbsent:
    'the kind {{kind}} of {{apiGroup}} does not exist: install its CustomResourceDefinition, or correct spec.workload',
  namespaceExcluded:
    'namespace {{namespace}} is excluded from binding: remove its label webhook.cleat.dev/ignore, or bind in another namespace (kube-system and the namespace of Cleat always are)',
  stillProjected: 'the binding is being deleted, but its projection could not be taken away everywhere',
  secretUnchecked:
    'Secret {{namespace}}/{{name}}; its content was not checked, since Cleat may not read it (the ClusterRole cleat-secret-check lets it)',
  secretAbsent: 'Secret {{namespace}}/{{name}} does not exist: the Pods will not start without it; create it',
  typeMissing:
    'Secret {{namespace}}/{{name}} has no entry `type`, by which applications find a binding: add it, or set spec.type',
  keysMissing:
    'Secret {{namespace}}/{{name}} has no entry {{keys}}, so that the Pods will not start (variables {{variables}}): add it, or correct spec.env',
  secretMissing: 'Secret {{namespace}}/{{name}} is not in the input: the Pods will not start without it',
} as const;

export type TextName = keyof typeof TEXTS;
/** What a text speaks of. Names of objects and fields only, never a Secret's value. */
export type TextData = object;

const engine = Handlebars.create();
const compiled = new Map<TextName, (data: TextData) => string>();

function templateOf(name: TextName): (data: TextData) => string {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const template = engine.compile<TextData>(TEXTS[name], {
    noEscape: true,
    strict: true,
    knownHelpersOnly: true,
  });
  const render = (data: TextData): string => template(data);
  compiled.set(name, render);
  return render;
}

/** The text with the data filled in. Compiled at first use: most processes never need most texts. */
export function message(name: TextName, data: TextData): string {
  return templateOf(name)(data);
}
