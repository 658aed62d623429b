import {
  type Diagnostic,
  differenceFinding,
  type NameDifference,
  NearNames,
  sizeFinding,
} from '../../model/index.js';
import type { FormatFault, FormatSource } from '../contract.js';
import { decodeUtf8 } from '../shared/decode.js';
import { type Findings, shown } from '../shared/findings.js';
import { withDistinctKeys } from '../shared/keys.js';
import { baseNameOf, stemOfName } from '../shared/names.js';
import { isAbsolute, sourceOfReference } from '../shared/references.js';
import { linesOf, type NamedPath, parseDataYaml, parseNames, parseObjData } from './description.js';
import type { YoloDescription, YoloEntry } from './types.js';

/** What a tree holds, before any label file is read. */
export interface YoloTree {
  readonly description: YoloDescription;
  readonly entries: readonly YoloEntry[];
  readonly findings: readonly Diagnostic[];
  readonly faults: readonly FormatFault[];
}

const imagePattern = /\.(?:jpe?g|png|bmp|webp|tiff?|gif)$/i;
const splitFolder = /^(?:train|val|valid|validation|test)(?:20\d\d)?$/i;

const usageOfSubset: Readonly<Record<string, string>> = {
  train: 'TRAIN',
  val: 'EVAL',
  valid: 'EVAL',
  validation: 'EVAL',
  test: 'TEST',
};

/** Files that never are labels. */
const noLabels = /^(?:\.|thumbs\.db$|desktop\.ini$)/i;

/**
 * Finds the images of a tree, their subsets and their label files.
 *
 * @param byFolders the folders are classes, as data sets for classification have them
 */
export async function findTree(
  source: FormatSource,
  findings: Findings,
  byFolders: boolean,
): Promise<YoloTree> {
  const files = new Map<string, number>();
  for (const { name, size } of await source.list()) files.set(name, size);
  const finder = new TreeFinder(source, findings, files);
  if (byFolders) return finder.classFolders();
  if (files.has('obj.data')) return finder.darknet();
  const yaml = await finder.dataYaml();
  return yaml === undefined ? finder.loose() : finder.ultralytics(yaml);
}

/** A path out of data, and whether it had to be shortened to lead to something that is there. */
interface Located {
  readonly name: string;
  readonly isShortened: boolean;
}

/** The parts of a path without `.`; `..` is taken back where it can be. Undefined when it climbs out. */
function partsOf(path: string): string[] | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts;
}

class TreeFinder {
  private readonly findings: Diagnostic[] = [];
  private readonly faults: FormatFault[] = [];
  private readonly entries: YoloEntry[] = [];
  /** The images that are entries, in the tree or not. */
  private readonly taken = new Set<string>();
  /** The label files of entries. */
  private readonly claimed = new Set<string>();
  /** Where label files of entries are looked for. */
  private readonly labelFolders = new Set<string>();
  private readonly folders = new Set<string>(['']);
  /** Label files without an image, and all files, for names that are not quite the same. */
  private nearLabels: NearNames | undefined;
  private nearFiles: NearNames | undefined;
  /** Files that are no labels: lists and names. */
  private readonly own = new Set<string>();
  private unlabelled = 0;

  constructor(
    private readonly source: FormatSource,
    private readonly rules: Findings,
    private readonly files: ReadonlyMap<string, number>,
  ) {
    for (const name of files.keys()) {
      for (let slash = name.lastIndexOf('/'); slash > 0; slash = name.lastIndexOf('/', slash - 1)) {
        const folder = name.slice(0, slash);
        if (this.folders.has(folder)) break;
        this.folders.add(folder);
      }
    }
  }

  async darknet(): Promise<YoloTree> {
    const file = this.source.pathOf('obj.data');
    const data = parseObjData(await this.source.read('obj.data'), file, this.rules);
    this.findings.push(...data.findings);
    const names = await this.darknetNames(data.names, file);
    if (names !== undefined && data.classes !== undefined && data.classes.count !== names.length) {
      this.add(
        this.rules.of('Y006', `classes is ${data.classes.count}, and there are ${names.length} names`, {
          file,
          line: data.classes.line,
          column: 1,
        }),
      );
    }
    if (data.train === undefined && data.valid === undefined)
      this.fail('obj.data', this.rules.of('Y002', 'obj.data has neither train nor valid', { file }));
    if (names !== undefined) {
      for (const subset of ['train', 'valid'] as const) {
        const list = data[subset];
        if (list !== undefined) await this.listed(list, subset, 'obj.data');
      }
      this.unlisted();
      this.strayLabels();
    }
    return this.tree(file, names ?? []);
  }

  private async darknetNames(
    path: NamedPath | undefined,
    file: string,
  ): Promise<readonly string[] | undefined> {
    if (path === undefined) {
      const finding = this.rules.of('Y001', 'obj.data does not say where the class names are', { file });
      if (!this.files.has('obj.names')) return this.namesMissing('obj.data', finding);
      this.add(finding);
      return this.readNames('obj.names');
    }
    const found = this.locate(path.path);
    if (found !== undefined && this.files.has(found.name)) return this.readNames(found.name);
    return this.namesMissing(
      'obj.data',
      this.rules.of('Y001', `there is no ${path.path}, which should have the class names`, {
        file,
        line: path.line,
        column: 1,
      }),
    );
  }

  /** Names that the caller gave stand in for those that are missing; else nothing can be read. */
  private namesMissing(name: string, finding: Diagnostic | undefined): readonly string[] | undefined {
    if (this.source.classes !== undefined) {
      this.add(finding);
      return this.source.classes;
    }
    this.fail(name, finding);
    return undefined;
  }

  private async readNames(name: string): Promise<readonly string[]> {
    this.own.add(name);
    const { names, findings } = parseNames(
      await this.source.read(name),
      this.source.pathOf(name),
      this.rules,
    );
    this.findings.push(...findings);
    return names;
  }

  /** The file that describes an Ultralytics tree. */
  async dataYaml(): Promise<string | undefined> {
    const yaml = [...this.files.keys()].filter((name) => /^[^/]+\.ya?ml$/i.test(name));
    if (yaml.includes('data.yaml')) return 'data.yaml';
    const describing: string[] = [];
    for (const name of yaml) {
      const text = decodeUtf8(await this.source.read(name)).text;
      if (/^(?:names|train|val)\s*:/m.test(text)) describing.push(name);
    }
    if (describing.length > 1) {
      this.add(
        this.rules.of('Y016', `${describing.join(' and ')} all describe a data set`, {
          file: this.source.pathOf(describing[1]!),
          hint: `${describing[0]} is taken. Keep the one that is meant, or name it data.yaml.`,
        }),
      );
    }
    return describing[0];
  }

  async ultralytics(name: string): Promise<YoloTree> {
    const file = this.source.pathOf(name);
    const data = parseDataYaml(await this.source.read(name), file, this.rules);
    if (data.isUnreadable) {
      this.faults.push({ diagnostics: data.findings, name });
      return this.tree(file, []);
    }
    this.findings.push(...data.findings);
    const root = this.rootOf(data.root, file);
    const names =
      data.names ?? this.namesMissing(name, this.rules.of('Y001', `${name} has no class names`, { file }));
    if (data.train.length + data.val.length + data.test.length === 0)
      this.fail(name, this.rules.of('Y002', `${name} has neither train nor val`, { file }));
    if (names !== undefined) {
      for (const subset of ['train', 'val', 'test'] as const)
        for (const path of data[subset]) await this.subset(path, subset, root, name);
      this.strayLabels();
    }
    return {
      ...this.tree(file, names ?? []),
      description: {
        file,
        names: names ?? [],
        ...(data.keypoints === undefined ? {} : { keypoints: data.keypoints }),
        ...(data.keypointNames === undefined ? {} : { keypointNames: data.keypointNames }),
      },
    };
  }

  /** The folder of the tree that `path` names: the tree itself when it leads elsewhere, as on another machine. */
  private rootOf(path: NamedPath | undefined, file: string): string {
    if (path === undefined) return '';
    const written = path.path.replaceAll('\\', '/');
    const parts = isAbsolute(written) ? undefined : partsOf(written);
    if (parts !== undefined && this.folders.has(parts.join('/'))) return parts.join('/');
    this.add(
      this.rules.of('Y017', `path is ${shown(path.path)}; the folder of the description is taken`, {
        file,
        line: path.line,
        column: 1,
      }),
    );
    return '';
  }

  /** Images of a folder or a list. */
  private async subset(path: NamedPath, subset: string, root: string, description: string): Promise<void> {
    const found = this.locate(path.path, root);
    const place = { file: this.source.pathOf(description), line: path.line, column: 1 };
    if (found === undefined) {
      this.fail(description, this.rules.of('Y007', `there is no ${path.path} for ${subset}`, place));
      return;
    }
    if (found.isShortened)
      this.add(this.rules.of('Y017', `${subset} is ${shown(path.path)}; ${found.name} is taken`, place));
    if (this.files.has(found.name)) {
      await this.list(found.name, subset);
      return;
    }
    const prefix = found.name === '' ? '' : `${found.name}/`;
    for (const name of this.files.keys())
      if (name.startsWith(prefix) && isImage(name)) this.take(name, usageOfSubset[subset], place);
  }

  private async listed(path: NamedPath, subset: string, description: string): Promise<void> {
    const found = this.locate(path.path);
    if (found !== undefined && this.files.has(found.name)) {
      await this.list(found.name, subset);
      return;
    }
    this.fail(
      description,
      this.rules.of('Y007', `there is no ${path.path} for ${subset}`, {
        file: this.source.pathOf(description),
        line: path.line,
        column: 1,
      }),
    );
  }

  /** The images that the lines of a list name. */
  private async list(name: string, subset: string): Promise<void> {
    this.own.add(name);
    const file = this.source.pathOf(name);
    const { text } = decodeUtf8(await this.source.read(name));
    const usage = usageOfSubset[subset];
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    let saysShortened = false;
    for (const [index, line] of linesOf(text).entries()) {
      const written = line.trim();
      if (written === '') continue;
      const place = { file, line: index + 1, column: line.indexOf(written) + 1 };
      if (/\.\w+ +\d+,\d+,\d+,\d+,\d+(?: |$)/.test(written)) {
        this.fail(
          name,
          this.rules.of('Y016', 'the list has boxes beside the images', {
            ...place,
            hint: 'Lines such as "a.jpg 10,20,30,40,0" are another format, which is not read: write a label file for each image.',
          }),
        );
        return;
      }
      // Ultralytics takes ./ in a list for the folder that the list is in.
      const found =
        (written.startsWith('./') ? this.locateFile(folder + written.slice(2)) : undefined) ??
        this.locateFile(written);
      if (found !== undefined) {
        if (found.isShortened && !saysShortened) {
          saysShortened = true;
          this.add(this.rules.of('Y017', `${shown(written)} is taken as ${found.name}`, place));
        }
        this.take(found.name, usage, place);
      } else if (!this.takeElsewhere(written, usage, subset, place)) {
        this.faults.push({
          diagnostics: this.only(this.rules.of('Y007', `there is no image ${shown(written)}`, place)),
          raw: Buffer.from(line),
          name: name,
        });
      }
    }
  }

  private locateFile(path: string): Located | undefined {
    const found = this.locate(path) ?? this.locateForm(path);
    return found !== undefined && this.files.has(found.name) ? found : undefined;
  }

  /** A file whose name is the same in Unicode normal form C: lists are often written on another system. */
  private locateForm(path: string): Located | undefined {
    const written = path.replaceAll('\\', '/').trim();
    const name = isAbsolute(written) ? undefined : partsOf(written)?.join('/');
    if (name === undefined) return undefined;
    this.nearFiles ??= new NearNames(this.files.keys());
    const near = this.nearFiles.find(name);
    if (near?.difference !== 'form') return undefined;
    this.say(near.difference, shown(written), near.name);
    return { name: near.name, isShortened: false };
  }

  /**
   * The file or folder that a path out of data means. A path that leads elsewhere is tried without what is before: `../`,
   * `data/`, the folders of another machine.
   */
  private locate(path: string, root = ''): Located | undefined {
    const written = path.replaceAll('\\', '/').trim();
    const parts = isAbsolute(written) ? undefined : partsOf(`${root}/${written}`);
    const name = parts?.join('/');
    if (name !== undefined && this.isThere(name)) return { name, isShortened: false };
    if (parts?.[0] === 'data' && this.isThere(parts.slice(1).join('/')))
      return { name: parts.slice(1).join('/'), isShortened: false };
    if (parts !== undefined) return undefined;
    const rest = written.split('/').filter((part) => part !== '' && part !== '.' && part !== '..');
    for (let from = 0; from < rest.length; from++) {
      const shortened = rest.slice(from).join('/');
      if (this.isThere(shortened)) return { name: shortened, isShortened: true };
    }
    return undefined;
  }

  private isThere(name: string): boolean {
    return this.files.has(name) || this.folders.has(name);
  }

  /** An image outside the tree that has a label file in it. */
  private takeElsewhere(
    written: string,
    usage: string | undefined,
    subset: string,
    place: { readonly file: string; readonly line: number },
  ): boolean {
    const path = written.replaceAll('\\', '/');
    if (!isAbsolute(path) && partsOf(path) !== undefined) return false;
    const parts = stemOfName(path)
      .split('/')
      .filter((part) => part !== '' && part !== '.' && part !== '..');
    for (let from = 0; from < parts.length; from++) {
      const key = parts.slice(from).join('/');
      const label = [`obj_${subset}_data/${key}.txt`, `labels/${subset}/${key}.txt`].find((name) =>
        this.files.has(name),
      );
      if (label === undefined) continue;
      if (this.claimed.has(label)) {
        this.faults.push({
          diagnostics: this.only(
            this.rules.of('Y019', `${label} belongs to another image of the list already`, {
              ...place,
              hint: 'Images with one name need their labels beside them.',
            }),
          ).map((finding) => ({ ...finding, severity: 'error' as const })),
          raw: Buffer.from(written),
          name: label,
        });
        return true;
      }
      const source = sourceOfReference(this.source, '', written);
      this.enter({ image: source, source, key, longKey: `${subset}/${key}`, label, usage });
      return true;
    }
    return false;
  }

  private take(
    image: string,
    usage: string | undefined,
    place: { readonly file: string; readonly line?: number },
  ): void {
    if (this.taken.has(image)) {
      this.add(
        this.rules.of('Y019', `${image} is listed before, and stays where it was`, {
          ...place,
          source: this.source.pathOf(image),
        }),
      );
      return;
    }
    const wanted = labelName(image);
    this.labelFolders.add(wanted.slice(0, wanted.lastIndexOf('/') + 1));
    const label = this.files.has(wanted) ? wanted : this.nearLabel(wanted, image);
    this.enter({ image, source: this.source.pathOf(image), ...keysOfImage(image), label, usage });
  }

  /** A label file that is no other image's and is called almost as the one that there should be. */
  private nearLabel(wanted: string, image: string): string | undefined {
    this.nearLabels ??= new NearNames(this.labelsWithoutImage());
    const near = this.nearLabels.find(wanted);
    if (near === undefined) return undefined;
    this.say(near.difference, image, near.name);
    return near.name;
  }

  private *labelsWithoutImage(): Generator<string> {
    const labels = new Set<string>();
    for (const name of this.files.keys()) if (isImage(name)) labels.add(labelName(name));
    for (const name of this.files.keys()) if (/\.txt$/i.test(name) && !labels.has(name)) yield name;
  }

  private say(difference: NameDifference, one: string, other: string): void {
    this.findings.push({
      ...differenceFinding(difference, one, other),
      file: this.source.pathOf(other),
    });
  }

  private enter(entry: YoloEntry): void {
    this.taken.add(entry.image);
    if (entry.label !== undefined && this.claimed.has(entry.label)) {
      this.faults.push({
        diagnostics: [
          {
            rule: 'D012',
            severity: 'error',
            message: `${entry.label} belongs to another image of the same name already`,
            hint: 'Rename or remove one of the images.',
            file: entry.source,
          },
        ],
        name: entry.image,
      });
      return;
    }
    if (entry.label === undefined) this.unlabelled++;
    else this.claimed.add(entry.label);
    this.entries.push(entry);
    const { profile } = this.source;
    const size = this.files.get(entry.image) ?? 0;
    const tooLarge = sizeFinding('image', entry.image, () => size, entry.source, profile);
    if (tooLarge !== undefined) this.findings.push(tooLarge);
    if (this.files.get(entry.image) === 0) {
      this.findings.push({
        rule: 'D015',
        severity: this.source.mode === 'strict' ? 'error' : 'warning',
        message: `${entry.image} has no bytes`,
        file: entry.source,
      });
    }
  }

  /** Images that lie among those of a list without being in one. */
  private unlisted(): void {
    const folders = new Set<string>();
    for (const image of this.taken)
      if (this.files.has(image)) folders.add(image.slice(0, image.lastIndexOf('/') + 1));
    for (const name of this.files.keys()) {
      if (!isImage(name) || this.taken.has(name)) continue;
      if (!folders.has(name.slice(0, name.lastIndexOf('/') + 1))) continue;
      const label = labelName(name);
      if (this.files.has(label)) this.claimed.add(label);
      this.add(this.rules.of('Y008', `${name} is in no list`, { file: this.source.pathOf(name) }));
    }
  }

  /** Label files whose image is not there. */
  private strayLabels(): void {
    for (const name of this.files.keys()) {
      if (!name.endsWith('.txt') || this.claimed.has(name) || this.own.has(name)) continue;
      if (noLabels.test(baseNameOf(name))) continue;
      if (!this.labelFolders.has(name.slice(0, name.lastIndexOf('/') + 1))) continue;
      this.findings.push({
        rule: 'D014',
        severity: this.source.mode === 'strict' ? 'error' : 'warning',
        message: `there is no image for ${name}`,
        file: this.source.pathOf(name),
      });
    }
  }

  /** A folder of images and labels without a description: every image, and the label file that fits its name. */
  async loose(): Promise<YoloTree> {
    const list = ['obj.names', 'classes.txt', 'labels/classes.txt'].find((name) => this.files.has(name));
    const file = this.source.pathOf(list ?? 'obj.data');
    const finding = this.rules.of(
      'Y001',
      list === undefined
        ? 'there is neither obj.data nor data.yaml'
        : `there is neither obj.data nor data.yaml; ${list} and the names of the files are gone by`,
      { file },
    );
    let names: readonly string[] | undefined;
    if (list === undefined) names = this.namesMissing('obj.data', finding);
    else {
      this.add(finding);
      names = await this.readNames(list);
    }
    if (names === undefined) return this.tree(file, []);
    const byStem = new Map<string, string[]>();
    for (const name of this.files.keys()) {
      if (!name.endsWith('.txt') || this.own.has(name) || noLabels.test(baseNameOf(name))) continue;
      const stem = stemOfName(baseNameOf(name));
      const others = byStem.get(stem);
      if (others === undefined) byStem.set(stem, [name]);
      else others.push(name);
    }
    for (const image of this.files.keys()) {
      if (!isImage(image)) continue;
      const folder = image.split('/').find((part) => splitFolder.test(part));
      const usage =
        folder === undefined ? undefined : usageOfSubset[folder.toLowerCase().replace(/20\d\d$/, '')];
      const wanted = labelName(image);
      const candidates = byStem.get(stemOfName(baseNameOf(image))) ?? [];
      const label = this.files.has(wanted)
        ? wanted
        : candidates.length === 1
          ? candidates[0]
          : this.nearLabel(wanted, image);
      this.enter({ image, source: this.source.pathOf(image), ...keysOfImage(image), label, usage });
    }
    for (const labels of byStem.values())
      for (const label of labels) this.labelFolders.add(label.slice(0, label.lastIndexOf('/') + 1));
    this.strayLabels();
    return this.tree(file, names);
  }

  /** Folders of images that are classes, below folders that are subsets or not. */
  classFolders(): YoloTree {
    const classes = new Set<string>();
    for (const image of this.files.keys()) {
      if (!isImage(image)) continue;
      const parts = image.split('/');
      const isSplit = parts.length > 2 && splitFolder.test(parts[0]!);
      const usage = isSplit ? usageOfSubset[parts[0]!.toLowerCase().replace(/20\d\d$/, '')] : undefined;
      const className = parts[isSplit ? 1 : 0]!;
      if (parts.length === 1) {
        this.findings.push({
          rule: 'D021',
          severity: 'warning',
          message: `${image} is in no class folder, and has no label`,
          file: this.source.pathOf(image),
        });
      }
      this.taken.add(image);
      if (parts.length > 1) classes.add(className);
      this.entries.push({
        image,
        source: this.source.pathOf(image),
        key: stemOfName(parts.slice(isSplit ? 1 : 0).join('/')),
        longKey: stemOfName(image),
        label: undefined,
        usage,
        ...(parts.length > 1 ? { className } : {}),
      });
    }
    return this.tree(this.source.path, [...classes]);
  }

  private tree(file: string, names: readonly string[]): YoloTree {
    if (this.unlabelled > 0) {
      this.findings.push({
        rule: 'D013',
        severity: 'info',
        message:
          this.unlabelled === 1
            ? '1 image has no label file, and so no objects'
            : `${this.unlabelled} images have no label file, and so no objects`,
        file,
      });
    }
    return {
      description: { file, names },
      entries: withDistinctKeys(this.entries),
      findings: this.findings,
      faults: this.faults,
    };
  }

  private add(finding: Diagnostic | undefined): void {
    if (finding !== undefined) this.findings.push(finding);
  }

  private only(finding: Diagnostic | undefined): Diagnostic[] {
    return finding === undefined ? [] : [finding];
  }

  /** What cannot be read at all is a fault, whatever the mode. */
  private fail(name: string, finding: Diagnostic | undefined): void {
    if (finding !== undefined) this.faults.push({ diagnostics: [{ ...finding, severity: 'error' }], name });
  }
}

function isImage(name: string): boolean {
  return imagePattern.test(name) && !/(?:^|\/)(?:\.|__MACOSX\/)/.test(name);
}

/** The label file of an image: beside it, or where `images` in its path is `labels`. */
function labelName(image: string): string {
  const parts = image.split('/');
  const at = parts.lastIndexOf('images', parts.length - 2);
  if (at >= 0) parts[at] = 'labels';
  return `${stemOfName(parts.join('/'))}.txt`;
}

/** The name of an image without the folders that are the layout's; the long one has that of the subset. */
function keysOfImage(image: string): { readonly key: string; readonly longKey: string } {
  const parts = stemOfName(image).split('/');
  const at = parts.slice(0, -1).findLastIndex((part) => part.toLowerCase() === 'images');
  const long = parts.filter((_, index) => index !== at);
  const rest = parts.slice(at + 1);
  if (rest.length > 1 && splitFolder.test(rest[0]!)) rest.shift();
  if (rest.length > 1 && /^obj_.*data$/.test(rest[0]!)) rest.shift();
  return { key: rest.join('/'), longKey: long.join('/') };
}
