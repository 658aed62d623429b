import type { FormatSink, FormatWriter } from '../contract.js';
import { ClassFolderWriter } from '../shared/class-folders.js';
import { imagenetFolders, title } from './types.js';

/** Writes one folder for each label. @throws OptionError when files are to stay where they are */
export function write(sink: FormatSink): FormatWriter {
  return new ClassFolderWriter(sink, imagenetFolders, title);
}
