import { pruneOption, selectionOptions } from '../../model/index.js';
import type { Format } from '../contract.js';
import { classFolderOptions, classFoldersCarry, looksLikeClassFolders } from '../shared/class-folders.js';
import { allBut } from '../shared/losses.js';
import { audioClassificationFolders, title } from './types.js';

/** Files in folders named after their labels. */
export const audioClassification: Format = {
  info: {
    id: 'audio-classification',
    title,
    layout: 'tree',
    reads: true,
    writes: true,
    carries: ['recordings (.wav) with one label each, and unlabelled ones'],
    cannotCarry: allBut(classFoldersCarry(audioClassificationFolders)),
    note: 'The label is the name of the last folder. Written with --images copy or link only.',
    options: [...classFolderOptions, ...selectionOptions, pruneOption],
  },
  recognise({ isFolder, names }) {
    if (!isFolder || !looksLikeClassFolders(names, audioClassificationFolders.kind)) return undefined;
    return { certainty: 'likely', reason: 'folders with recordings and nothing else, named after labels' };
  },
  load: () => import('./code.js').then(({ formatCode }) => formatCode),
};
