import { type Command, Option } from 'commander';
import type { AnnotationConfig } from '../../../src/dataset-io/cloud.js';
import { OptionError } from '../../../src/model/index.js';
import { another } from './shared.js';

/** Formats by the ids that `labelkit formats` lists. */
const formatNames: Readonly<Record<string, string>> = {
  voc: 'ModelArts PASCAL VOC 1.0',
  yolo: 'YOLO',
  imagenet: 'ModelArts imageNet 1.0',
  'image-classification': 'ModelArts image classification 1.0',
  'image-segmentation': 'ModelArts image segmentation 1.0',
  'text-classification': 'ModelArts text classification 1.0',
  'text-classification-combine': 'ModelArts text classification combine 1.0',
  'audio-classification': 'ModelArts audio classification dir 1.0',
};

export interface AnnotationFlags {
  readonly format?: string;
  readonly scene?: string;
  readonly onlyLabel?: string[];
  readonly difficultOnly?: boolean;
  readonly sampleSeparator?: string;
  readonly labelSeparator?: string;
}

export function withAnnotationOptions(command: Command): Command {
  return command
    .option(
      '--format <format>',
      `annotations beside the data are imported: ${Object.keys(formatNames).join(', ')}, or the full name`,
    )
    .option('--scene <scene>', 'what they are about (default: what the format is for)')
    .option('--only-label <name>', 'only annotations with this label; repeatable', another)
    .option('--difficult-only', 'only objects that are marked as difficult')
    .addOption(
      new Option('--sample-separator <c>', 'texts: between a text and its labels; \\t for a tabulator'),
    )
    .option('--label-separator <c>', 'texts: between labels');
}

/** What those flags say; undefined where they say that nothing is imported. @throws OptionError */
export async function annotationConfigOf({
  format,
  scene,
  onlyLabel,
  difficultOnly,
  sampleSeparator,
  labelSeparator,
}: AnnotationFlags): Promise<AnnotationConfig | undefined> {
  const parameters = {
    ...(onlyLabel === undefined ? {} : { includedLabels: onlyLabel.map((name) => ({ name })) }),
    ...(difficultOnly === undefined ? {} : { difficultOnly }),
    ...(sampleSeparator === undefined ? {} : { sampleLabelSeparator: sampleSeparator }),
    ...(labelSeparator === undefined ? {} : { labelSeparator }),
  };
  const isMore = Object.keys(parameters).length > 0;
  if (format === undefined) {
    if (scene !== undefined || isMore) {
      throw new OptionError('it is not said how annotations lie beside the data', {
        hint: 'Say --format as well.',
      });
    }
    return undefined;
  }
  const { annotationScenes } = await import('../../../src/dataset-io/cloud.js');
  const formatName = formatNames[format] ?? format;
  const own = [...annotationScenes].find(([, { formats }]) => formats.includes(formatName))?.[0];
  return {
    // What is no scene is refused by the library.
    scene: (scene ?? own) as AnnotationConfig['scene'],
    formatName,
    ...(isMore ? { parameters } : {}),
  };
}
