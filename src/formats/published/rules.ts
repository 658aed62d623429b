import type { Rule } from '../../model/index.js';

/** Rules about trees of published versions. */
export const publishedRules: readonly Rule[] = [
  {
    id: 'D041',
    name: 'version-chosen',
    severity: 'info',
    summary: 'A tree has several published versions, of which one is read.',
    why: 'Each version is a data set of its own. Without a name the last one is taken: V010 after V009.',
    fix: 'Name another one with --from-option version=V001.',
  },
  {
    id: 'D042',
    name: 'annotation-file-in-tree',
    severity: 'info',
    summary: 'Annotation files are read from the tree, not from where the manifest says.',
    why: 'The manifest of a version names them in the bucket that it was published to; the tree is a copy of it.',
    fix: 'Nothing.',
  },
  {
    id: 'D043',
    name: 'empty-version',
    severity: 'warning',
    summary: 'The manifest of a published version has no lines.',
    why: 'A version without samples is rare; more often its manifest was not copied whole.',
    fix: 'Copy the version again, or read another one: --from-option version=V001.',
  },
];
