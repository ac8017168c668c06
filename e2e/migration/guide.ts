/**
 * @module A guide of the project, with its commands run as they stand there.
 */
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '../../lib/api/json.ts';
import { provideProgram } from '../cluster/assets.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';

const run = promisify(execFile);

export interface Guide {
  /** The sections that have commands. */
  readonly sections: readonly string[];
  readonly followed: ReadonlySet<string>;
  /** Puts objects into a file that commands name. */
  provide(file: string, objects: readonly JsonObject[]): Promise<void>;
  /**
   * Runs the commands below a heading or in a step of a list, in a folder of their own; returns what they print. `fill`
   * puts in what a reader would, in place of names in capital letters.
   */
  follow(section: string, fill?: (commands: string) => string): Promise<string>;
}

/** The commands below each heading, and in each step of a list, which goes by its first sentence. */
function commandsOf(text: string): ReadonlyMap<string, string> {
  const [, ...sections] = text.split(/^(?=#+ |\d+\. )/m);
  return new Map(
    sections.flatMap((section) => {
      const [title = ''] = /(?<=^#+ ).*|^\d+\. [^.\n]*/.exec(section) ?? [];
      const blocks = [...section.matchAll(/^( *)```sh\n([^]*?)^\1```/gm)].map(
        ([, indent = '', commands = '']) => commands.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      );
      return blocks.length === 0 ? [] : [[title, blocks.join('')]];
    }),
  );
}

export async function openGuide(path: string, cluster: ControlPlane): Promise<Guide> {
  const commands = commandsOf(await readFile(path, 'utf8'));
  const kubectl = await provideProgram('kubectl');
  const followed = new Set<string>();
  const env = {
    ...process.env,
    PATH: [dirname(kubectl), process.env['PATH']].join(delimiter),
    KUBECONFIG: cluster.kubeconfig,
    KUBECACHEDIR: join(cluster.directory, 'kubectl'),
  };
  return {
    sections: [...commands.keys()],
    followed,
    async provide(file, objects) {
      const place = join(cluster.directory, file);
      await mkdir(dirname(place), { recursive: true });
      await writeFile(place, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    },
    async follow(section, fill = (script) => script) {
      const script = commands.get(section);
      if (script === undefined) throw new Error(`${path} has no commands in "${section}"`);
      followed.add(section);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', fill(script)], {
        cwd: cluster.directory,
        env,
      });
      return stdout;
    },
  };
}
