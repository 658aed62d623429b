import type { Format, Look, Recognition } from '../contract.js';
import { versionsOf } from './types.js';

function recogniseFolder({ name, names }: Look): Recognition | undefined {
  const versions = versionsOf(names, name);
  const last = versions.at(-1);
  if (last === undefined) {
    const below = names.find((file) => /(?:^|\/)annotation\/([^/]+)\/(?:[^/]+-)?\1\.manifest$/.test(file));
    if (below === undefined) return undefined;
    const folder = below.slice(0, below.indexOf('/annotation/'));
    const reason = `${folder} in it has published versions: name that folder`;
    return { certainty: 'near', reason, insteadOf: 'voc' };
  }
  // A manifest in a folder of its name is not always a version.
  const isOwn = last.folder === '' && !/^V\d{3,}$/.test(name);
  if (isOwn && !names.some((file) => /^annotations?\//.test(file))) return undefined;
  const others = versions.slice(0, -1).map((version) => version.name);
  const reason =
    others.length === 0
      ? `${last.manifest} is the manifest of the published version ${last.name}`
      : `published versions ${others.join(', ')} and ${last.name}, of which the last is read: ${last.manifest}`;
  return { certainty: 'sure', reason, insteadOf: ['voc', 'manifest'] };
}

/** What the platform leaves behind when a data set is published. */
export const published: Format = {
  info: {
    id: 'published',
    title: 'ModelArts published versions',
    layout: 'tree',
    reads: true,
    writes: false,
    carries: ['all that the manifest of a version has'],
    cannotCarry: [],
    note: 'Annotation files that the manifest names in a bucket are read from the tree where it has them.',
    options: [
      {
        name: 'version',
        for: 'read',
        type: 'text',
        summary: 'The version that is read: V001. Default: the last one by name, V010 after V009.',
      },
    ],
  },
  recognise: (look) => (look.isFolder ? recogniseFolder(look) : undefined),
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
