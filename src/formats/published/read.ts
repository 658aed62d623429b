import { OptionError } from '../../model/index.js';
import type { FormatBatch, FormatSource } from '../contract.js';
import { Findings } from '../shared/findings.js';
import { baseNameOf } from '../shared/names.js';
import { publishedRules } from './rules.js';
import { type PublishedVersion, versionsOf } from './types.js';

/**
 * The samples of one published version: those of its manifest.
 *
 * @throws OptionError when the version that was asked for is not there, or none is
 */
export async function* readPublished(source: FormatSource): AsyncGenerator<FormatBatch, void, undefined> {
  const findings = new Findings(publishedRules, source);
  const names = new Set((await source.list()).map(({ name }) => name));
  const versions = versionsOf(names, baseNameOf(source.path.replace(/[\\/]+$/, '')));
  const version = chosen(versions, source);
  if (versions.length > 1) {
    const message = `version ${version.name} is read, of ${versions.map(({ name }) => name).join(', ')}`;
    yield batchOf(findings.of('D041', message, { file: source.pathOf(version.manifest) }));
  }
  let found = 0;
  const inTree = (reference: string): string | undefined => {
    const name = nameInTree(reference, version, names);
    if (name !== undefined) found++;
    return name;
  };
  let lines = 0;
  for await (const batch of source.readManifest(version.manifest, inTree)) {
    lines += batch.records.length + batch.faults.length;
    yield batch;
  }
  if (lines === 0) {
    const message = `version ${version.name} has no samples: its manifest is empty`;
    yield batchOf(findings.of('D043', message, { file: source.pathOf(version.manifest) }));
  }
  if (found === 0) return;
  const message = `${found === 1 ? '1 annotation file is' : `${found} annotation files are`} read from the tree`;
  yield batchOf(findings.of('D042', message, { file: source.pathOf(version.manifest) }));
}

function batchOf(finding: ReturnType<Findings['of']>): FormatBatch {
  return { records: [], faults: [], diagnostics: finding === undefined ? [] : [finding], bytes: 0 };
}

function chosen(versions: readonly PublishedVersion[], source: FormatSource): PublishedVersion {
  const { version: wanted } = source.options;
  const version =
    wanted === undefined ? versions.at(-1) : versions.find(({ name }) => name === String(wanted));
  if (version !== undefined) return version;
  const known = versions.map(({ name }) => name).join(', ');
  throw new OptionError(
    versions.length === 0
      ? `${source.path} has no published version`
      : `${source.path} has no version ${JSON.stringify(wanted)}`,
    {
      path: source.path,
      hint:
        versions.length === 0
          ? 'A version is a folder with a manifest of its name: annotation/V001/V001.manifest.'
          : `Versions: ${known}.`,
    },
  );
}

/** The file of a version that an address in a bucket means: what follows the folder of the version is the same. */
function nameInTree(
  reference: string,
  { name, folder }: PublishedVersion,
  names: ReadonlySet<string>,
): string | undefined {
  if (!/^[a-z][a-z0-9]*:\/\//i.test(reference)) return undefined;
  const at = reference.lastIndexOf(`/${name}/`);
  if (at < 0) return undefined;
  const file = `${folder}${reference.slice(at + name.length + 2)}`;
  return names.has(file) ? file : undefined;
}
