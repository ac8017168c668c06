/**
 * @module Objects from files, watched for changes. The embedded default: no cluster, no controller.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { equal } from '../../../lib/api/json.ts';
import type { ObjectIdentity, ObjectSink } from '../../../lib/api/sink.ts';
import { coalesce } from '../../coalesce.ts';
import type { Log } from '../../log.ts';
import type { CacheState, Source } from '../source.ts';
import {
  type FileProblem,
  fileProblem,
  isMissing,
  listManifests,
  type ManifestFile,
  readManifest,
} from './read.ts';
import { assemble, type Duplicate, identityKey, type PlacedObject, placeOf, type World } from './world.ts';

export interface FileSourceOptions {
  readonly paths: readonly string[];
  readonly sink: ObjectSink;
  readonly log: Log;
  /** Milliseconds between looks at the files, besides file system events, which network mounts do not give. */
  readonly pollMs?: number;
}

const POLL_MS = 2000;

interface Held {
  /** The newest content that could be read; undefined if there never was any. */
  readonly file: ManifestFile | undefined;
  /** Changes with the file's content, also when a symbolic link is swapped. */
  readonly fingerprint: string;
}

const fingerprintOf = async (path: string): Promise<string> => {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path);
  return [ino, size, mtimeMs, ctimeMs].join('/');
};

export class FileSource implements Source {
  readonly #options: FileSourceOptions;
  /** The manifests below each path of the options, as they were last found. */
  readonly #listings = new Map<string, readonly string[]>();
  readonly #held = new Map<string, Held>();
  /** Why a path of the options cannot be looked at. What was below it stays. */
  readonly #missing = new Map<string, string>();
  /** Why the newest content of a file is not used. */
  readonly #broken = new Map<string, string>();
  #world: World = new Map();
  #duplicates: ReadonlySet<string> = new Set();
  #loaded = false;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();
  readonly #watchers: FSWatcher[] = [];
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: FileSourceOptions) {
    this.#options = options;
  }

  /**
   * Reads everything once, then watches. Errors: a path that does not exist, or a file that cannot be read as YAML or
   * JSON: at the start there is no last good state to keep.
   */
  static async open(options: FileSourceOptions): Promise<FileSource> {
    const source = new FileSource(options);
    await source.#look();
    if (source.#problems().length > 0) throw new Error(source.#problems().join('\n'));
    source.#watch();
    return source;
  }

  ready(): boolean {
    return this.#loaded;
  }

  detail(): string {
    const problems = this.#problems();
    return problems.length === 0
      ? `${this.#world.size} objects from ${this.#held.size} files`
      : `the last good state is kept: ${problems.join('; ')}`;
  }

  states(): readonly CacheState[] {
    const phase = this.#problems().length > 0 ? 'retrying' : 'watching';
    return [{ kind: 'files', phase, synced: this.#loaded }];
  }

  /** Resolves when nothing will be passed on any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
    await this.#looking;
  }

  /** `file:line:column` of a field of an object that came from here; undefined for any other. */
  placeOf(identity: ObjectIdentity, field: string): string | undefined {
    const placed = this.#world.get(identityKey(identity));
    return placed && placeOf(placed, field);
  }

  #problems(): readonly string[] {
    return [...this.#missing.values(), ...this.#broken.values()];
  }

  #watch(): void {
    const look = coalesce(() => (this.#looking = this.#look()));
    for (const path of this.#options.paths) {
      try {
        const watcher = watch(path, { recursive: true, persistent: false }, look);
        watcher.on('error', (error) =>
          this.#options.log.warn(fileProblem(error, path), 'file events ended, polling'),
        );
        this.#watchers.push(watcher);
      } catch (error) {
        this.#options.log.warn(fileProblem(error, path), 'no file events, polling');
      }
    }
    this.#timer = setInterval(look, this.#options.pollMs ?? POLL_MS);
    this.#timer.unref();
  }

  /** Looks at all files, reads those that changed, and passes on what is new, changed or gone. Never rejects. */
  async #look(): Promise<void> {
    if (this.#stopped) return;
    for (const root of this.#options.paths) await this.#list(root);
    const paths = [...new Set(this.#options.paths.flatMap((root) => this.#listings.get(root) ?? []))];
    let changed = !this.#loaded;
    for (const path of paths) changed = (await this.#refresh(path)) || changed;
    if (this.#stopped) return;
    const gone = [...this.#held.keys()].filter((path) => !paths.includes(path));
    for (const path of gone) {
      this.#held.delete(path);
      this.#settle(this.#broken, path);
    }
    if (changed || gone.length > 0) this.#publish(paths);
  }

  async #list(root: string): Promise<void> {
    try {
      this.#listings.set(root, await listManifests(root));
      this.#settle(this.#missing, root);
    } catch (error) {
      this.#blame(this.#missing, root, fileProblem(error, root));
    }
  }

  /** True if there is new content to use. */
  async #refresh(path: string): Promise<boolean> {
    const before = this.#held.get(path);
    let fingerprint = '';
    try {
      fingerprint = await fingerprintOf(path);
      if (before?.fingerprint === fingerprint) return false;
      const file = await readManifest(path);
      const error = file.problems.find(({ severity }) => severity === 'error');
      this.#held.set(path, { file: error === undefined ? file : before?.file, fingerprint });
      if (error !== undefined) {
        const { line, column, message } = error;
        this.#blame(this.#broken, path, { place: `${path}:${line}:${column}`, reason: message });
        return false;
      }
      this.#settle(this.#broken, path);
      this.#warn(file);
      return true;
    } catch (error) {
      // Gone since it was listed: the next look finds out what has become of it.
      if (isMissing(error)) return false;
      this.#held.set(path, { file: before?.file, fingerprint });
      this.#blame(this.#broken, path, fileProblem(error, path));
      return false;
    }
  }

  #warn({ path, problems }: ManifestFile): void {
    for (const { line, column, message } of problems) {
      const place = `${path}:${line}:${column}`;
      this.#options.log.warn({ place, reason: message }, 'kubectl may read this otherwise');
    }
  }

  /** Said once, as long as it stays the same problem; at the start the caller is told instead. */
  #blame(problems: Map<string, string>, key: string, { place, reason }: FileProblem): void {
    const problem = `${place}: ${reason}`;
    if (problems.get(key) === problem) return;
    problems.set(key, problem);
    if (this.#loaded) this.#options.log.error({ place, reason }, 'the last good state is kept');
  }

  #settle(problems: Map<string, string>, key: string): void {
    if (problems.delete(key)) this.#options.log.info({ path: key }, 'the newest state is used again');
  }

  #publish(paths: readonly string[]): void {
    const { sink } = this.#options;
    const { world, duplicates } = assemble(paths.flatMap((path) => this.#held.get(path)?.file ?? []));
    this.#tellDuplicates(duplicates);
    const before = this.#world;
    this.#world = world;
    for (const [key, { identity }] of before) if (!world.has(key)) sink.remove(identity);
    for (const [key, placed] of world) if (!isSame(before.get(key), placed)) sink.upsert(placed.object);
    this.#loaded = true;
  }

  /** Each of them once, not with every change of a file. */
  #tellDuplicates(duplicates: readonly Duplicate[]): void {
    const told = this.#duplicates;
    const now = new Set<string>();
    for (const { first, last } of duplicates) {
      const key = [identityKey(last.identity), first.path, last.path].join('\n');
      now.add(key);
      if (told.has(key)) continue;
      const { kind, namespace, name } = last.identity;
      this.#options.log.warn(
        { kind, namespace, name, kept: placeOf(last, ''), ignored: placeOf(first, '') },
        'an object stands twice: the last one counts',
      );
    }
    this.#duplicates = now;
  }
}

function isSame(before: PlacedObject | undefined, after: PlacedObject): boolean {
  return before !== undefined && (before.source === after.source || equal(before.object, after.object));
}
