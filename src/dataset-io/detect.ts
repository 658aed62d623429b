import type { Look, Recognition } from '../formats/index.js';
import { OptionError, throwIfAborted } from '../model/index.js';
import { nothingAt } from './file-errors.js';
import { findFormat } from './find-format.js';
import type { FormatId } from './formats.js';
import {
  baseName,
  entryBatches,
  joinLocation,
  type ListOptions,
  parseLocation,
  type Storage,
  type StorageEntry,
} from './storage/index.js';

/** What a path holds, and what made us think so. */
export interface Detection {
  readonly format: FormatId;
  /** One sentence for people. */
  readonly reason: string;
}

/** A format that a path may have, or nearly has. */
interface Candidate extends Recognition {
  readonly format: FormatId;
}

/** Enough of a file to tell what it is. */
const headBytes = 64 * 1024;
/** So many files of a folder are opened to find one that says what it is. */
const filesOpened = 100;

async function head(storage: Storage, path: string, signal?: AbortSignal): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of storage.openRead(path, { end: headBytes, signal })) parts.push(chunk);
  return Buffer.concat(parts);
}

/** Text for looking at only: UTF-16 is recognised by its byte order mark, anything else reads as Latin-1. */
function lookAt(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return bytes
      .subarray(2, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  }
  return bytes.toString('latin1', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}

/** What a file's first bytes and name say of the formats that have readers of their own. */
function ownCandidate(name: string, head: string): Candidate | undefined {
  const text = head.trimStart();
  if (text.startsWith('<')) {
    return /<(?:\w+:)?annotation[\s/>]/i.test(text)
      ? { format: 'voc', certainty: 'sure', reason: 'XML with an annotation element' }
      : undefined;
  }
  if (/\.xml$/i.test(name)) return { format: 'voc', certainty: 'likely', reason: 'the name ends in .xml' };
  if (/^\{[\s\S]*?"source"\s*:/.test(text)) {
    // Other services' lines have a source too, beside labels with a member for their metadata.
    const certainty = /"[^"]+-metadata"\s*:/.test(text) ? 'likely' : 'sure';
    return { format: 'manifest', certainty, reason: 'lines of JSON objects with a source' };
  }
  if (/\.(manifest|jsonl)$/i.test(name) && !/"source-ref"\s*:/.test(text)) {
    const reason = `the name ends in ${name.slice(name.lastIndexOf('.'))}`;
    return { format: 'manifest', certainty: 'likely', reason };
  }
  return undefined;
}

/** Lines that no other format has: there is no need to ask them. */
function isPlainlyManifest(head: string): boolean {
  return /^\s*\{[^\n]*"source"\s*:/.test(head) && /"annotation"\s*:\s*\[/.test(head);
}

const xmlPattern = /\.xml$/i;
const linesPattern = /\.(?:manifest|jsonl)$/i;

/** The first of these files that says what it is. */
async function firstOf(
  storage: Storage,
  files: readonly StorageEntry[],
  signal?: AbortSignal,
): Promise<Candidate | undefined> {
  for (const { name, path } of files) {
    const candidate = ownCandidate(name, lookAt(await head(storage, path, signal)));
    if (candidate !== undefined) return { ...candidate, reason: name };
  }
  return undefined;
}

/** The first XML file at any depth, by name, that says what it is. */
async function firstXmlBelow(
  storage: Storage,
  folder: string,
  signal?: AbortSignal,
): Promise<Candidate | undefined> {
  let opened = 0;
  for await (const batch of entryBatches(storage, folder, { recursive: true, followLinks: false, signal })) {
    for (const entry of batch) {
      if (entry.kind !== 'file' || !xmlPattern.test(entry.name)) continue;
      const found = await firstOf(storage, [entry], signal);
      if (found !== undefined || ++opened >= filesOpened) return found;
    }
  }
  return undefined;
}

/** What a path may hold, and what was found out on the way. */
interface Candidates {
  readonly candidates: readonly Candidate[];
  /** The XML files of a folder without folders. */
  readonly xmlNames?: readonly string[] | undefined;
}

async function candidatesOfFile(storage: Storage, path: string, signal?: AbortSignal): Promise<Candidates> {
  const text = lookAt(await head(storage, path, signal));
  const own = ownCandidate(baseName(path), text);
  if (isPlainlyManifest(text) && own?.certainty === 'sure') return { candidates: [own] };
  const others = await askOthers({
    isFolder: false,
    name: baseName(path),
    head: text,
    names: [],
    headOf: () => undefined,
  });
  return { candidates: own === undefined ? others : [own, ...others] };
}

/** The folders of a devkit; a folder that has these and an annotation file in the first is nothing else. */
const devkitFolders: ReadonlySet<string> = new Set([
  'Annotations',
  'JPEGImages',
  'ImageSets',
  'SegmentationClass',
  'SegmentationObject',
]);

async function candidatesOfFolder(storage: Storage, path: string, options: ListOptions): Promise<Candidates> {
  const { signal } = options;
  const xml: StorageEntry[] = [];
  const xmlNames: string[] = [];
  const lines: StorageEntry[] = [];
  const folders: StorageEntry[] = [];
  const files: StorageEntry[] = [];
  let hasOthers = false;
  for await (const batch of entryBatches(storage, path, { followLinks: false, ...options })) {
    for (const entry of batch) {
      if (entry.kind === 'directory') folders.push(entry);
      else if (entry.kind !== 'file') hasOthers = true;
      if (entry.kind !== 'file') continue;
      if (files.length < namesSeen) files.push(entry);
      if (xmlPattern.test(entry.name)) {
        if (folders.length === 0) xmlNames.push(entry.name);
        if (xml.length < filesOpened) xml.push(entry);
      } else if (lines.length < filesOpened && linesPattern.test(entry.name)) {
        lines.push(entry);
      }
    }
  }
  const isFlat = folders.length === 0;
  // Links and pipes are said by whoever lists the folder again.
  const listed = isFlat && !hasOthers ? { xmlNames } : {};
  // A folder without folders, which may be a large one, is listed only once.
  const annotation = isFlat
    ? await firstOf(storage, xml, signal)
    : await firstXmlBelow(storage, path, signal);
  const manifest = await firstOf(storage, lines, signal);
  const own = [annotation, manifest].filter((candidate) => candidate !== undefined);
  const isPlainlyVoc = isFlat
    ? xml.length > 0 && xml.length === files.length
    : folders.every(({ name }) => devkitFolders.has(name)) && xml.length === 0;
  if (isPlainlyVoc && own.length === 1 && annotation?.certainty === 'sure')
    return { candidates: own, ...listed };
  const others = await askOthers(await lookInto(storage, path, files, folders, signal));
  return { candidates: [...own, ...others], ...listed };
}

/** Names of a folder that formats are shown. */
const namesSeen = 2000;
/** Of these from one folder below it, so that none hides the others. */
const namesOfFolder = 200;
/** Small files of a folder that are opened, and how many of one extension. */
const headsSeen = 24;
const headsOfExtension = 6;
const smallFile = /\.(txt|json|jsonl|manifest|csv|ya?ml|xml|data|names)$/i;

/** What formats are shown of a folder: names of every part of it, and the first bytes of a few small files. */
async function lookInto(
  storage: Storage,
  path: string,
  files: readonly StorageEntry[],
  folders: readonly StorageEntry[],
  signal: AbortSignal | undefined,
): Promise<Look> {
  const names = files.slice(0, namesSeen).map(({ name }) => name);
  const queue = folders.map(({ name }) => name);
  for (let at = 0; at < queue.length && at < namesOfFolder && names.length < namesSeen; at++) {
    const folder = queue[at]!;
    let taken = 0;
    for await (const batch of entryBatches(storage, joinLocation(path, folder), {
      followLinks: false,
      signal,
    })) {
      for (const { kind, name } of batch) {
        if (kind === 'directory') queue.push(`${folder}/${name}`);
        else if (kind === 'file' && taken < namesOfFolder && names.length < namesSeen) {
          names.push(`${folder}/${name}`);
          taken++;
        }
      }
      if (taken >= namesOfFolder) break;
    }
  }
  names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const heads = new Map<string, string>();
  const opened = new Map<string, number>();
  const depth = (name: string) => name.split('/').length;
  for (const name of [...names].sort((a, b) => depth(a) - depth(b))) {
    const extension = smallFile.exec(name)?.[1]?.toLowerCase();
    if (extension === undefined) continue;
    const count = opened.get(extension) ?? 0;
    if (count >= headsOfExtension || heads.size >= headsSeen) continue;
    opened.set(extension, count + 1);
    heads.set(name, lookAt(await head(storage, joinLocation(path, name), signal)));
  }
  return { isFolder: true, name: baseName(path), head: '', names, headOf: (name) => heads.get(name) };
}

/** What the formats in `src/formats` say. */
async function askOthers(look: Look): Promise<Candidate[]> {
  const { otherFormats } = await import('../formats/index.js');
  const candidates: Candidate[] = [];
  for (const { info, recognise } of otherFormats) {
    const found = recognise(look);
    if (found !== undefined) candidates.push({ format: info.id, ...found });
  }
  return candidates;
}

/**
 * Finds out which format a path holds by looking at names and first bytes. Never guesses: when two formats
 * are there, or none, it says so.
 *
 * @throws StorageError when the path cannot be read; OptionError `AmbiguousFormat` or `UnknownFormat`
 */
export async function detectFormat(storage: Storage, path: string, signal?: AbortSignal): Promise<Detection> {
  const { format, reason } = (await detect(storage, path, { signal })).detection;
  return { format, reason };
}

interface Detected {
  readonly detection: Candidate;
  readonly near: readonly Candidate[];
  readonly xmlNames?: readonly string[] | undefined;
}

const withReasons = (candidates: readonly Candidate[]) =>
  candidates.map(({ format, reason }) => `${format} (${reason})`).join(', ');

async function detect(storage: Storage, path: string, options: ListOptions): Promise<Detected> {
  const { signal } = options;
  throwIfAborted(signal);
  if (parseLocation(path).kind === 'stdio') {
    throw new OptionError('the format of standard input cannot be detected', {
      code: 'UnknownFormat',
      hint: 'Say it with --from.',
    });
  }
  const stat = await storage.stat(path, { signal });
  if (stat === null) throw nothingAt(path);
  const isFolder = stat.kind === 'directory';
  const { candidates, xmlNames } = isFolder
    ? await candidatesOfFolder(storage, path, options)
    : await candidatesOfFile(storage, path, signal);
  const general = new Set(
    candidates.flatMap(({ certainty, insteadOf }) => (certainty === 'likely' ? [] : (insteadOf ?? []))),
  );
  const sure = candidates.filter(({ certainty, format }) => certainty === 'sure' && !general.has(format));
  const found = sure.length > 0 ? sure : candidates.filter(({ certainty }) => certainty === 'likely');
  const near = candidates.filter(({ certainty }) => certainty === 'near');
  if (found.length === 0) {
    const nearly = near.length === 0 ? '' : ` Nearly: ${withReasons(near)}.`;
    throw new OptionError(`${path} holds no format that is known here`, {
      code: 'UnknownFormat',
      path,
      hint: isFolder
        ? `A folder must hold Pascal VOC XML files or the files of another format (labelkit formats lists them).${nearly} Say what it is with --from.`
        : `A manifest has one JSON object with a source on each line; a VOC file has an annotation element.${nearly} Say what it is with --from.`,
    });
  }
  if (found.length > 1) {
    throw new OptionError(`${path} holds more than one format: ${withReasons(found)}`, {
      code: 'AmbiguousFormat',
      path,
      hint: 'Name the file itself, or say which one with --from.',
    });
  }
  const [detection] = found;
  if (isFolder && detection.format === 'manifest')
    throw manifestIsAFile(joinLocation(path, detection.reason));
  return { detection, near, xmlNames };
}

/** The folder was named, the manifest in it is meant. */
function manifestIsAFile(file: string): OptionError {
  return new OptionError(`a manifest is a file, and a folder was named`, {
    code: 'UnknownFormat',
    path: file,
    hint: `Name the file: ${file}`,
  });
}

/** An input's format, and what was found out with it. */
export interface ResolvedInput {
  readonly format: FormatId;
  /** The XML files of a folder without folders, where it had to be listed: for `findVocTree`. */
  readonly xmlNames?: readonly string[] | undefined;
  /** What made us think so, where it was detected. */
  readonly reason?: string;
  /** Formats that it nearly has, and why it does not have them. */
  readonly near?: readonly Detection[];
}

/**
 * The format the caller named, or else the one that is detected.
 *
 * @param onFound for the listing of a folder, where it has to be made
 */
export async function resolveInput(
  storage: Storage,
  path: string,
  named: string | undefined,
  signal?: AbortSignal,
  onFound?: ListOptions['onFound'],
): Promise<ResolvedInput> {
  if (named !== undefined) return { format: (await findFormat(named)).id };
  const { detection, near, xmlNames } = await detect(storage, path, { signal, onFound });
  const { format, reason } = detection;
  return { format, xmlNames, reason, near: near.map((one) => ({ format: one.format, reason: one.reason })) };
}
