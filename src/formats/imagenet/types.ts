import type { ClassFolders } from '../shared/class-folders.js';
import { imageKind } from '../shared/media-files.js';

export const title = 'ModelArts imageNet 1.0';

export const imagenetFolders: ClassFolders = {
  kind: imageKind,
  sample: 'image-sample',
  task: 'image_classification',
};
