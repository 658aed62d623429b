import { createHash } from 'node:crypto';
import { relative, resolve, sep } from 'node:path';
import { baseName, dirOf, joinerOf, parseLocation } from '../storage/index.js';

/** Where files go below the place of the data: each file has one place, and the same in every run. */
export class Targets {
  private readonly target: (name: string) => string;
  private readonly folders: readonly (readonly [folder: string, prefix: string])[];

  /**
   * @param dataPath  `obs://bucket/dir/`
   * @param root  what most files are below
   * @param made  where files are that were made for the import
   * @param name  of the import: what is made for it is not that of another
   */
  constructor(
    dataPath: string,
    root: string,
    made: string,
    private readonly name: string,
  ) {
    this.target = joinerOf(dataPath);
    this.folders = [
      [resolve(made), `annotations/${name}/`],
      [resolve(root), 'files/'],
    ];
  }

  /** @param path  of a file on the local disk */
  of(path: string): string {
    const location = parseLocation(path);
    const whole = resolve(location.kind === 'local' ? location.path : path);
    for (const [folder, prefix] of this.folders) {
      const name = relative(folder, whole).split(sep).join('/');
      if (name !== '' && !name.startsWith('../') && name !== '..' && !/^(?:\/|[A-Za-z]:)/.test(name))
        return this.target(prefix + name);
    }
    // Folders are told apart by what they are called, and keep the names of their files.
    const folder = createHash('sha256').update(dirOf(whole)).digest('hex').slice(0, 16);
    return this.target(`outside/${folder}/${baseName(whole)}`);
  }

  /** A document that stands in the manifest itself, by the number of its sample and annotation. */
  ofInline(sample: number, annotation: number): string {
    return this.target(`annotations/${this.name}/inline/${sample}-${annotation}.xml`);
  }

  /** The manifest to be imported, in a folder without samples. */
  get manifest(): string {
    return this.target(`manifest/${this.name}.manifest`);
  }

  /** The folder of a table's files. */
  get files(): string {
    return this.target('files/');
  }
}
