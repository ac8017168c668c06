/**
 * @module A file source over a folder of its own, with a sink and a log that remember.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../../../lib/api/json.ts';
import type { ObjectIdentity, ObjectSink } from '../../../../lib/api/sink.ts';
import { identityOf } from '../../../../lib/parse/meta.ts';
import type { Log } from '../../../log.ts';
import { FileSource } from '../file-source.ts';

/** Long enough for a machine that is busy with something else. */
const PATIENCE_MS = 60_000;
const POLL_MS = 10;
/** Longer than any test takes: what is noticed was told by an event. */
export const NO_POLL_MS = 3_600_000;

const nameOf = ({ kind, namespace, name }: ObjectIdentity): string => `${kind} ${namespace}/${name}`;

export class Scene implements AsyncDisposable {
  readonly folder: string;
  /** What the sink was told, in order: `+ Kind namespace/name` or `- ...`. */
  readonly story: string[] = [];
  readonly objects = new Map<string, JsonObject>();
  /** `level message {members}`, with the folder left out. */
  readonly logged: string[] = [];
  readonly sink: ObjectSink;
  readonly log: Log;
  readonly #sources: FileSource[] = [];

  private constructor(folder: string) {
    this.folder = folder;
    this.sink = {
      upsert: (object) => {
        const identity = identityOf(object);
        assert.ok(identity);
        this.objects.set(nameOf(identity), object);
        this.story.push(`+ ${nameOf(identity)}`);
      },
      remove: (identity) => {
        this.objects.delete(nameOf(identity));
        this.story.push(`- ${nameOf(identity)}`);
      },
      synced: () => assert.fail('files are a closed world: no kind of them is synced by itself'),
    };
    const at =
      (level: string) =>
      (members: unknown, message?: string): void => {
        const text = JSON.stringify(members).replaceAll(`${this.folder}/`, '').replaceAll(this.folder, '.');
        this.logged.push(`${level} ${message ?? ''} ${text}`);
      };
    const levels = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
    this.log = { ...levels, isLevelEnabled: () => true } as Log;
  }

  static async set(files: Readonly<Record<string, string>> = {}): Promise<Scene> {
    const scene = new Scene(await mkdtemp(join(tmpdir(), 'cleat-files-')));
    await scene.write(files);
    return scene;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(this.path(name)), { recursive: true });
      // At once: a file that stays empty for longer than the source waits, as on a busy machine, counts as an empty one.
      writeFileSync(this.path(name), text);
    }
  }

  /** Opens a source over the folder, or over paths in it. */
  async open(paths: readonly string[] = [''], pollMs = POLL_MS): Promise<FileSource> {
    const { sink, log } = this;
    const absolute = paths.map((path) => this.path(path));
    const source = await FileSource.open({ paths: absolute, sink, log, pollMs });
    this.#sources.push(source);
    return source;
  }

  /** Waits until the sink holds these and no others. */
  async untilObjects(...names: readonly string[]): Promise<void> {
    const wanted = names.toSorted().join('\n');
    await until(`the objects ${wanted}`, () => [...this.objects.keys()].sort().join('\n') === wanted);
  }

  async untilLogged(pattern: RegExp): Promise<void> {
    await until(`${pattern} in the log`, () => this.logged.some((line) => pattern.test(line)));
  }

  /** Long enough for the source to have looked several times. */
  async looks(): Promise<void> {
    await sleep(20 * POLL_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.stop()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `gave up waiting for ${what}`);
    await sleep(POLL_MS);
  }
}

/** A ConfigMap as YAML: any object does. */
export const aManifest = (name: string, value = 'a'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: shop\ndata: {key: ${value}}\n`;
