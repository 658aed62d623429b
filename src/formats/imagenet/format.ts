import { pruneOption, selectionOptions } from '../../model/index.js';
import type { Format } from '../contract.js';
import { classFolderOptions, classFoldersCarry, looksLikeClassFolders } from '../shared/class-folders.js';
import { allBut } from '../shared/losses.js';
import { imagenetFolders, title } from './types.js';

/** Files in folders named after their labels. */
export const imagenet: Format = {
  info: {
    id: 'imagenet',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['images with one label each, and unlabelled ones'],
    cannotCarry: allBut(classFoldersCarry(imagenetFolders)),
    note: 'The label is the name of the last folder. Written with --images copy or link only.',
    options: [...classFolderOptions, ...selectionOptions, pruneOption],
  },
  recognise({ isFolder, names }) {
    if (!isFolder || !looksLikeClassFolders(names, imagenetFolders.kind)) return undefined;
    return { certainty: 'likely', reason: 'folders with images and nothing else, named after labels' };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
