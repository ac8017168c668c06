/**
 * @module Objects from files, watched for changes. The embedded default: no cluster, no controller.
 */
import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ObjectIdentity, ObjectSink } from '../../../lib/api/sink.ts';
import { coalesce } from '../../coalesce.ts';
import type { Log } from '../../log.ts';
import type { CacheState, Source } from '../source.ts';
import { fileProblem, listManifests, type ManifestFile, readManifest } from './read.ts';
import { assemble, identityKey, type PlacedObject, placeOf, type World } from './world.ts';

export interface FileSourceOptions {
  readonly paths: readonly string[];
  readonly sink: ObjectSink;
  readonly log: Log;
  /** Milliseconds between looks at the files, besides file system events, which network mounts do not give. */
  readonly pollMs?: number;
}

const POLL_MS = 2000;

interface Held {
  readonly file: ManifestFile;
  /** Changes with the file's content, also when a symbolic link is swapped. */
  readonly fingerprint: string;
  /** Why the newest content is not used. */
  readonly problem: string | undefined;
}

const fingerprintOf = async (path: string): Promise<string> => {
  const { ino, size, mtimeMs, ctimeMs } = await stat(path);
  return [ino, size, mtimeMs, ctimeMs].join('/');
};

export class FileSource implements Source {
  readonly #options: FileSourceOptions;
  readonly #held = new Map<string, Held>();
  #world: World = new Map();
  #problem: string | undefined;
  #loaded = false;
  #stopped = false;
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
    await source.#reload();
    const problem =
      source.#problem ?? [...source.#held.values()].find((held) => held.problem !== undefined)?.problem;
    if (problem !== undefined) throw new Error(problem);
    source.#watch();
    return source;
  }

  ready(): boolean {
    return this.#loaded;
  }

  detail(): string {
    const broken = [...this.#held.values()].flatMap(({ problem }) => problem ?? []);
    const problems = [...(this.#problem === undefined ? [] : [this.#problem]), ...broken];
    return problems.length === 0
      ? `${this.#world.size} objects from ${this.#held.size} files`
      : `the last good state is kept: ${problems.join('; ')}`;
  }

  states(): readonly CacheState[] {
    const broken =
      this.#problem !== undefined || [...this.#held.values()].some(({ problem }) => problem !== undefined);
    return [{ kind: 'files', phase: broken ? 'retrying' : 'watching', synced: this.#loaded }];
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }

  /** `file:line:column` of a field of an object that came from here; undefined for any other. */
  placeOf(identity: ObjectIdentity, field: string): string | undefined {
    const placed = this.#world.get(identityKey(identity));
    return placed && placeOf(placed, field);
  }

  #watch(): void {
    const look = coalesce(() => this.#reload());
    for (const path of this.#options.paths) {
      try {
        const watcher = watch(path, { recursive: true, persistent: false }, look);
        watcher.on('error', (error) =>
          this.#options.log.warn({ path, reason: fileProblem(error) }, 'file events ended, polling'),
        );
        this.#watchers.push(watcher);
      } catch (error) {
        this.#options.log.warn({ path, reason: fileProblem(error) }, 'no file events, polling');
      }
    }
    this.#timer = setInterval(look, this.#options.pollMs ?? POLL_MS);
    this.#timer.unref();
  }

  /** Looks at all files, reads those that changed, and passes on what is new, changed or gone. Never rejects. */
  async #reload(): Promise<void> {
    if (this.#stopped) return;
    let paths: readonly string[];
    try {
      paths = await listManifests(this.#options.paths);
    } catch (error) {
      // A path of the command line is not there (for a moment, perhaps): what it held stays.
      const path = error instanceof Error && 'path' in error ? String(error.path) : '';
      this.#report(`${path}: ${fileProblem(error)}`);
      return;
    }
    this.#problem = undefined;
    const changes = await Promise.all(paths.map((path) => this.#refresh(path)));
    const gone = [...this.#held.keys()].filter((path) => !paths.includes(path));
    for (const path of gone) this.#held.delete(path);
    if (this.#loaded && gone.length === 0 && !changes.includes(true)) return;
    this.#publish(paths);
  }

  #report(problem: string): void {
    if (this.#problem !== problem) this.#options.log.error({ problem }, 'the last good state is kept');
    this.#problem = problem;
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
      for (const { line, column, message } of file.problems.filter(
        ({ severity }) => severity === 'warning',
      )) {
        this.#options.log.warn(
          { place: `${path}:${line}:${column}`, reason: message },
          'kubectl may read this otherwise',
        );
      }
      if (error !== undefined)
        return this.#keep(path, fingerprint, `${path}:${error.line}:${error.column}: ${error.message}`);
      this.#held.set(path, { file, fingerprint, problem: undefined });
      return true;
    } catch (error) {
      return this.#keep(path, fingerprint, `${path}: ${fileProblem(error)}`);
    }
  }

  #keep(path: string, fingerprint: string, problem: string): false {
    const before = this.#held.get(path);
    if (before?.problem !== problem) this.#options.log.error({ problem }, 'the last good state is kept');
    const file = before?.file ?? { path, documents: [], problems: [] };
    this.#held.set(path, { file, fingerprint, problem });
    return false;
  }

  #publish(paths: readonly string[]): void {
    const { sink, log } = this.#options;
    const { world, duplicates } = assemble(paths.flatMap((path) => this.#held.get(path)?.file ?? []));
    for (const { first, last } of duplicates) {
      log.warn(
        { kept: placeOf(last, ''), ignored: placeOf(first, '') },
        'an object stands twice: the last one counts',
      );
    }
    const before = this.#world;
    this.#world = world;
    for (const [key, { identity }] of before) if (!world.has(key)) sink.remove(identity);
    for (const [key, placed] of world) if (!isSame(before.get(key), placed)) sink.upsert(placed.object);
    this.#loaded = true;
  }
}

function isSame(before: PlacedObject | undefined, after: PlacedObject): boolean {
  return before !== undefined && before.source === after.source && before.path === after.path;
}
