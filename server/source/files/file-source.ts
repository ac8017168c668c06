/**
 * @module Objects from files, watched for changes. The embedded default: no cluster, no controller.
 */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { equal } from '../../../lib/api/json.ts';
import type { ObjectIdentity, ObjectSink } from '../../../lib/api/sink.ts';
import type { Kinds } from '../../../lib/inject/plurals.ts';
import { coalesce } from '../../coalesce.ts';
import type { Log } from '../../log.ts';
import type { CacheState, Source } from '../source.ts';
import {
  concerns,
  type FileProblem,
  fileProblem,
  isMissing,
  type Listing,
  listManifests,
  type ManifestFile,
  readManifest,
} from './read.ts';
import { Watchers } from './watchers.ts';
import { assemble, type Duplicate, identityKey, type PlacedObject, placeOf, type World } from './world.ts';

export interface FileSourceOptions {
  readonly paths: readonly string[];
  readonly sink: ObjectSink;
  /** Is told of all objects before the sink is told of what has changed. Never rejects. */
  readonly prepare?: (world: World, kinds: Kinds) => Promise<void>;
  readonly log: Log;
  /** Milliseconds between looks at the files, besides file system events, which network mounts do not give. */
  readonly pollMs?: number;
}

const POLL_MS = 2000;
/** Who writes a file may empty it first, or move it aside: a change counts once it has lasted this long. */
const SETTLE_MS = 25;

interface Held {
  /** The newest content that could be read; undefined if there never was any. */
  readonly file: ManifestFile | undefined;
  /** Of the newest content, also if it could not be read. */
  readonly fingerprint: string;
}

/**
 * Changes with the file's content, also when a symbolic link is swapped; undefined for what is not there, and for what
 * cannot be looked at: the listing tells of that, once for all that is below it.
 */
async function fingerprintOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [ino, size, mtimeMs, ctimeMs].join('/');
  } catch {
    return undefined;
  }
}

export class FileSource implements Source {
  readonly #options: FileSourceOptions;
  /** What is at each path of the options, as it was last found. */
  readonly #listings = new Map<string, Listing>();
  readonly #held = new Map<string, Held>();
  /** The paths of the options that are gone. What was below them stays. */
  readonly #missing = new Map<string, string>();
  /** Why something below a path, or all of it, cannot be looked at. What was there stays, and is read if it can be. */
  readonly #blocked = new Map<string, string>();
  /** Why the newest content of a file is not used. */
  readonly #broken = new Map<string, string>();
  #world: World = new Map();
  #duplicates: ReadonlySet<string> = new Set();
  #loaded = false;
  #stopped = false;
  #looking: Promise<void> = Promise.resolve();
  readonly #watchers: Watchers;
  /** Looks as soon as nobody else does. */
  readonly #again = coalesce(() => (this.#looking = this.#look()));
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: FileSourceOptions) {
    this.#options = options;
    this.#watchers = new Watchers(options.log, (folder, name) => {
      if (concerns(this.#listings, folder, name)) this.#again();
    });
  }

  /**
   * Reads everything once, then watches. Errors: a path that does not exist, something that cannot be looked at, or a
   * file that cannot be read as YAML or JSON: at the start there is no last good state to keep.
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
    this.#watchers.close();
    await this.#looking;
  }

  /** `file:line:column` of a field of an object that came from here; undefined for any other. */
  placeOf(identity: ObjectIdentity, field: string): string | undefined {
    const placed = this.#world.get(identityKey(identity));
    return placed && placeOf(placed, field);
  }

  #problems(): readonly string[] {
    return [...this.#missing.values(), ...this.#blocked.values(), ...this.#broken.values()];
  }

  #watch(): void {
    this.#follow();
    this.#timer = setInterval(this.#again, this.#options.pollMs ?? POLL_MS);
    this.#timer.unref();
  }

  /** Also the folders of paths that are gone: the one that a file was in tells when it comes back. */
  #follow(): void {
    if (this.#stopped) return;
    const folders = new Map([...this.#listings.values()].flatMap((listing) => [...listing.folders]));
    // What came into a folder after it was listed and before it was watched, no event tells.
    if (this.#watchers.set(folders)) this.#again();
  }

  /** Looks at all files, reads those that changed, and passes on what is new, changed or gone. Never rejects. */
  async #look(): Promise<void> {
    if (this.#stopped) return;
    let paths = await this.#list();
    if (this.#goneFrom(paths).length > 0) {
      await sleep(SETTLE_MS);
      paths = await this.#list();
    }
    let changed = !this.#loaded;
    for (const [path, fingerprint] of await this.#newest(this.#below(this.#reachable())))
      changed = (await this.#refresh(path, fingerprint)) || changed;
    if (this.#stopped) return;
    const gone = this.#goneFrom(paths);
    for (const path of gone) {
      this.#held.delete(path);
      this.#settle(this.#broken, path);
    }
    if (changed || gone.length > 0) await this.#publish(paths);
  }

  #goneFrom(paths: readonly string[]): readonly string[] {
    const present = new Set(paths);
    return [...this.#held.keys()].filter((path) => !present.has(path));
  }

  /** All manifests; those below a path that is gone are those that were there before. */
  async #list(): Promise<readonly string[]> {
    for (const root of this.#options.paths) {
      try {
        this.#listings.set(root, await listManifests(root, this.#listings.get(root)?.files));
        this.#settle(this.#missing, root);
      } catch (error) {
        this.#blame(this.#missing, root, fileProblem(error, root));
      }
    }
    this.#tellBlocked();
    if (this.#loaded) this.#follow();
    return this.#below(this.#options.paths);
  }

  #tellBlocked(): void {
    const blocked = new Map([...this.#listings.values()].flatMap((listing) => [...listing.blocked]));
    for (const path of this.#blocked.keys()) if (!blocked.has(path)) this.#settle(this.#blocked, path);
    for (const [path, problem] of blocked) this.#blame(this.#blocked, path, problem);
  }

  /** What comes back below a path is read once the path is listed again: as a whole, and no longer called missing. */
  #reachable(): readonly string[] {
    return this.#options.paths.filter((root) => !this.#missing.has(root));
  }

  #below(roots: readonly string[]): readonly string[] {
    return [...new Set(roots.flatMap((root) => this.#listings.get(root)?.files ?? []))];
  }

  /** The files that are new or changed, with the fingerprints of what is to be read. */
  async #newest(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const path of paths) {
      const fingerprint = await fingerprintOf(path);
      if (fingerprint !== undefined && fingerprint !== this.#held.get(path)?.fingerprint)
        found.set(path, fingerprint);
    }
    if (found.size === 0 || !this.#loaded) return found;
    await sleep(SETTLE_MS);
    for (const [path, fingerprint] of found)
      if ((await fingerprintOf(path)) !== fingerprint) found.delete(path);
    return found;
  }

  /** True if there is new content to use. */
  async #refresh(path: string, fingerprint: string): Promise<boolean> {
    const before = this.#held.get(path);
    try {
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

  async #publish(paths: readonly string[]): Promise<void> {
    const { sink, prepare } = this.#options;
    const { world, kinds, duplicates } = assemble(paths.flatMap((path) => this.#held.get(path)?.file ?? []));
    this.#tellDuplicates(duplicates);
    await prepare?.(world, kinds);
    if (this.#stopped) return;
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
