import { type Diagnostic, decimalOf } from '../../model/index.js';
import { decodeUtf8 } from '../shared/decode.js';
import { type Findings, shown } from '../shared/findings.js';
import { parseYaml, type YamlMap, type YamlNode, yamlMember } from '../shared/yaml.js';
import type { KeypointShape } from './types.js';

/** A path that a description names, and where. */
export interface NamedPath {
  readonly path: string;
  readonly line: number;
}

/** What obj.data says. */
export interface DarknetData {
  readonly names: NamedPath | undefined;
  readonly train: NamedPath | undefined;
  readonly valid: NamedPath | undefined;
  readonly classes: { readonly count: number; readonly line: number } | undefined;
  readonly findings: readonly Diagnostic[];
}

/** The lines of a text with their numbers; a byte order mark and CR are not part of them. */
export function linesOf(text: string): string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Reads `key = value` lines. */
export function parseObjData(bytes: Uint8Array, file: string, findings: Findings): DarknetData {
  const found: Diagnostic[] = [];
  const values = new Map<string, NamedPath>();
  const report = (rule: string, message: string, line: number): void => {
    const finding = findings.of(rule, message, { file, line, column: 1 });
    if (finding !== undefined) found.push(finding);
  };
  for (const [index, text] of linesOf(decodeUtf8(bytes).text).entries()) {
    const line = index + 1;
    const written = text.trim();
    if (written === '' || written.startsWith('#')) continue;
    const sign = written.indexOf('=');
    if (sign < 1) {
      report('Y016', `${shown(written)} is no "key = value"`, line);
      continue;
    }
    const key = written.slice(0, sign).trimEnd();
    if (values.has(key)) report('Y016', `the key ${shown(key)} is here twice; the first counts`, line);
    else values.set(key, { path: written.slice(sign + 1).trim(), line });
  }
  for (const [key, { line }] of values) {
    if (!['names', 'train', 'valid', 'classes', 'backup'].includes(key))
      report('Y005', `the key ${shown(key)} is ignored`, line);
  }
  const classes = values.get('classes');
  const count = classes === undefined ? undefined : wholeNumber(classes.path);
  if (classes !== undefined && count === undefined)
    report('Y006', `classes is ${shown(classes.path)}, not a whole number`, classes.line);
  return {
    names: values.get('names'),
    train: values.get('train'),
    valid: values.get('valid'),
    classes: count === undefined ? undefined : { count, line: classes!.line },
    findings: found,
  };
}

function wholeNumber(text: string): number | undefined {
  const value = decimalOf(text);
  return value !== undefined && Number.isInteger(value) && value >= 0 ? value : undefined;
}

export interface ClassNames {
  readonly names: readonly string[];
  readonly findings: readonly Diagnostic[];
}

/** Class names, one on each line; blank lines at the end do not count. */
export function parseNames(bytes: Uint8Array, file: string, findings: Findings): ClassNames {
  const { text, invalidAt } = decodeUtf8(bytes);
  const names = linesOf(text).map((line) => line.trim());
  while (names.length > 0 && names.at(-1) === '') names.pop();
  const checked = checkNames(
    names.map((name, index) => ({ name, line: index + 1, column: 1 })),
    file,
    findings,
  );
  if (invalidAt === undefined) return { names, findings: checked };
  const finding = findings.of('Y016', 'the class names are not UTF-8', {
    file,
    offset: invalidAt,
    hint: 'Save the file as UTF-8.',
  });
  return { names, findings: finding === undefined ? checked : [finding, ...checked] };
}

function checkNames(
  names: readonly { readonly name: string; readonly line: number; readonly column: number }[],
  file: string,
  findings: Findings,
): Diagnostic[] {
  const found: (Diagnostic | undefined)[] = [];
  const first = new Map<string, number>();
  for (const [id, { name, line, column }] of names.entries()) {
    const place = { file, line, column };
    if (name === '') {
      found.push(findings.of('Y003', `class ${id} has no name`, place));
      continue;
    }
    const other = first.get(name);
    if (other === undefined) first.set(name, id);
    else
      found.push(findings.of('Y004', `classes ${other} and ${id} have the same name ${shown(name)}`, place));
  }
  return found.filter((finding) => finding !== undefined);
}

/** What data.yaml says. */
export interface UltralyticsData {
  /** Undefined: it says nothing of them. */
  readonly names: readonly string[] | undefined;
  readonly findings: readonly Diagnostic[];
  /** The folder that the others count from. */
  readonly root: NamedPath | undefined;
  readonly train: readonly NamedPath[];
  readonly val: readonly NamedPath[];
  readonly test: readonly NamedPath[];
  readonly keypoints: KeypointShape | undefined;
  readonly keypointNames: readonly string[] | undefined;
  /** It could not be read at all. */
  readonly isUnreadable: boolean;
}

const nothing: Omit<UltralyticsData, 'findings' | 'isUnreadable'> = {
  names: undefined,
  root: undefined,
  train: [],
  val: [],
  test: [],
  keypoints: undefined,
  keypointNames: undefined,
};

export function parseDataYaml(bytes: Uint8Array, file: string, findings: Findings): UltralyticsData {
  const { text, invalidAt } = decodeUtf8(bytes);
  if (invalidAt !== undefined) {
    const place = { file, offset: invalidAt, hint: 'Save the file as UTF-8.' };
    return unreadable(findings.of('Y016', 'the file is not UTF-8', place));
  }
  const result = parseYaml(text);
  if ('problem' in result) {
    const { message, line, column } = result.problem;
    return unreadable(findings.of('Y016', message, { file, line, column }));
  }
  const { value } = result;
  if (value.kind !== 'map') {
    return unreadable(
      findings.of('Y016', 'the file is not a map of keys and values', {
        file,
        line: value.line,
        column: value.column,
      }),
    );
  }
  return new DataYaml(value, file, findings).read();
}

function unreadable(finding: Diagnostic | undefined): UltralyticsData {
  return { ...nothing, findings: finding === undefined ? [] : [finding], isUnreadable: true };
}

class DataYaml {
  private readonly found: Diagnostic[] = [];

  constructor(
    private readonly map: YamlMap,
    private readonly file: string,
    private readonly findings: Findings,
  ) {}

  read(): UltralyticsData {
    const names = this.names();
    const count = yamlMember(this.map, 'nc');
    if (count !== undefined) {
      const value = count.kind === 'text' ? wholeNumber(count.text) : undefined;
      if (value === undefined) this.report('Y006', 'nc is not a whole number', count);
      else if (names !== undefined && value !== names.length)
        this.report('Y006', `nc is ${value}, and there are ${names.length} names`, count);
    }
    return {
      names,
      root: this.paths('path')[0],
      train: this.paths('train'),
      val: this.paths('val'),
      test: this.paths('test'),
      keypoints: this.keypoints(),
      keypointNames: this.keypointNames(),
      findings: this.found,
      isUnreadable: false,
    };
  }

  private report(rule: string, message: string, { line, column }: YamlNode): void {
    const finding = this.findings.of(rule, message, { file: this.file, line, column });
    if (finding !== undefined) this.found.push(finding);
  }

  private names(): string[] | undefined {
    const node = yamlMember(this.map, 'names');
    if (node === undefined) return undefined;
    if (node.kind === 'text') {
      if (node.text !== '') this.report('Y016', 'names is one text, not a list or map', node);
      return undefined;
    }
    const byId: (YamlNode | undefined)[] = [];
    if (node.kind === 'list') byId.push(...node.items);
    else
      for (const { key, value } of node.entries) {
        const id = /^\d{1,6}$/.test(key.text) ? Number(key.text) : undefined;
        if (id === undefined) this.report('Y016', `${shown(key.text)} is not a class number`, key);
        else byId[id] = value;
      }
    const names = Array.from(byId, (value) => ({
      name: value?.kind === 'text' ? value.text : '',
      line: (value ?? node).line,
      column: (value ?? node).column,
    }));
    this.found.push(...checkNames(names, this.file, this.findings));
    return names.map(({ name }) => name);
  }

  private paths(key: string): NamedPath[] {
    const node = yamlMember(this.map, key);
    if (node === undefined) return [];
    const nodes = node.kind === 'list' ? node.items : [node];
    const paths: NamedPath[] = [];
    for (const item of nodes) {
      if (item.kind !== 'text') this.report('Y016', `${key} is not a path or a list of paths`, item);
      else if (item.text !== '' && item.text !== 'null' && item.text !== '~')
        paths.push({ path: item.text, line: item.line });
    }
    return paths;
  }

  private keypoints(): KeypointShape | undefined {
    const node = yamlMember(this.map, 'kpt_shape');
    if (node === undefined) return undefined;
    const numbers =
      node.kind === 'list'
        ? node.items.map((item) => (item.kind === 'text' ? wholeNumber(item.text) : undefined))
        : [];
    const [count, dimensions] = numbers;
    if (numbers.length === 2 && count !== undefined && (dimensions === 2 || dimensions === 3))
      return { count, dimensions };
    this.report('Y016', 'kpt_shape is not [number of keypoints, 2 or 3]', node);
    return undefined;
  }

  /** `kpt_names`: a list, or lists by class number, of which the first is taken. */
  private keypointNames(): string[] | undefined {
    let node = yamlMember(this.map, 'kpt_names');
    if (node?.kind === 'map') node = node.entries[0]?.value;
    if (node?.kind !== 'list') return undefined;
    return node.items.map((item) => (item.kind === 'text' ? item.text : ''));
  }
}
