import type { ClassFolders } from '../shared/class-folders.js';
import { soundKind } from '../shared/media-files.js';

export const title = 'ModelArts audio classification dir 1.0';

export const audioClassificationFolders: ClassFolders = {
  kind: soundKind,
  sample: 'audio-sample',
  task: 'audio_classification',
};
