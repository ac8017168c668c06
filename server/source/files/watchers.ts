/**
 * @module File system events of folders, one watcher for each. Node's own recursive watching throws where nobody can catch
 * it, as soon as something below the folder cannot be watched.
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import type { Log } from '../../log.ts';
import { fileProblem, isMissing } from './read.ts';

interface Watched {
  readonly identity: string;
  readonly watcher: FSWatcher;
}

export class Watchers {
  readonly #log: Log;
  readonly #onEvent: (folder: string, name: string | null) => void;
  readonly #watched = new Map<string, Watched>();
  /** The folders of which it was said that they give no events. */
  readonly #told = new Set<string>();

  /** `onEvent` is told in which folder something happens, and to what, if that is known. */
  constructor(log: Log, onEvent: (folder: string, name: string | null) => void) {
    this.#log = log;
    this.#onEvent = onEvent;
  }

  /** Watches these folders and no others. True if any was opened: what happened before in it has given no event. */
  set(folders: ReadonlyMap<string, string>): boolean {
    for (const [path, { identity, watcher }] of this.#watched)
      if (folders.get(path) !== identity) this.#forget(path, watcher);
    for (const path of this.#told) if (!folders.has(path)) this.#told.delete(path);
    let opened = false;
    for (const [path, identity] of folders) opened = this.#open(path, identity) || opened;
    return opened;
  }

  close(): void {
    for (const [path, { watcher }] of this.#watched) this.#forget(path, watcher);
  }

  #open(path: string, identity: string): boolean {
    if (this.#watched.has(path)) return false;
    try {
      const watcher = watch(path, { persistent: false });
      watcher.on('change', (event, name) => {
        // The folder itself has gone. Another one in its place may have the same identity.
        const isGone = event === 'rename' && name === basename(path);
        if (isGone) this.#forget(path, watcher);
        this.#onEvent(path, isGone || typeof name !== 'string' ? null : name);
      });
      watcher.on('error', (error) => {
        this.#forget(path, watcher);
        this.#tell(path, error, 'file events ended, polling');
      });
      this.#watched.set(path, { identity, watcher });
      return true;
    } catch (error) {
      // Gone since it was listed: the next look finds out what has become of it.
      if (!isMissing(error)) this.#tell(path, error, 'no file events, polling');
      return false;
    }
  }

  /** Only this watcher: its last events may come when the folder has another one already. */
  #forget(path: string, watcher: FSWatcher): void {
    if (this.#watched.get(path)?.watcher === watcher) this.#watched.delete(path);
    watcher.close();
  }

  /** Once, as long as the folder is there: every look tries again. */
  #tell(path: string, error: unknown, message: string): void {
    if (this.#told.has(path)) return;
    this.#told.add(path);
    this.#log.warn(fileProblem(error, path), message);
  }
}
