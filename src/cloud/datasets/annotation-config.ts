import { type KnownFacts, type OnNotice, refuse } from './context.js';
import { scenes } from './enums.js';
import type { AnnotationConfig } from './types.js';

const voc = 'ModelArts PASCAL VOC 1.0';
/** Text formats, with where labels stand: `0` in a file of their own, `1` in the same. */
const textFormats: Readonly<Record<string, string>> = {
  'ModelArts text classification 1.0': '0',
  'ModelArts text classification combine 1.0': '1',
};
/** Separators that one document or the other allows, besides letters, digits and TAB. */
const separators = /^[A-Za-z0-9\t!@#￥$%^&*_=|?/':.;,]$/u;

/** D024–D027 @throws OptionError */
export function checkAnnotationConfig(
  { scene, formatName, parameters = {} }: AnnotationConfig,
  { known, onNotice }: { known: KnownFacts; onNotice: OnNotice },
): void {
  const facts = typeof scene === 'string' ? scenes.get(scene) : undefined;
  if (facts === undefined) {
    refuse(
      'D024',
      `annotationConfig.scene is ${JSON.stringify(scene) ?? 'not given'}`,
      `Known are ${[...scenes.keys()].join(', ')}.`,
    );
  }
  if (typeof formatName !== 'string' || formatName === '')
    refuse('D024', 'annotationConfig.formatName is not given', `Known are ${facts.formats.join(', ')}.`);
  if (!facts.formats.includes(formatOf(formatName))) {
    refuse(
      'D025',
      `annotationConfig.formatName ${JSON.stringify(formatName)} is no format of ${scene}`,
      `Known are ${facts.formats.join(', ')}.`,
    );
  }
  const { datasetType } = known;
  if (datasetType !== undefined && !facts.datasetTypes.includes(datasetType)) {
    onNotice({
      rule: 'D026',
      message: `annotationConfig.scene ${scene} may not go with data sets of type ${datasetType}`,
    });
  }
  for (const name of ['sampleLabelSeparator', 'labelSeparator'] as const) {
    const given = parameters[name];
    if (given === undefined) continue;
    const text = typeof given === 'string' ? unescaped(given) : '';
    if ([...text].length !== 1)
      refuse('D027', `${name} is ${JSON.stringify(given)}`, 'Say one character, or \\t.');
    if (!separators.test(text))
      onNotice({ rule: 'D027', message: `${name} ${JSON.stringify(given)}: the service may not take it` });
  }
}

/**
 * What a request for an import says of annotations, by our names. ASSUMED: formats that have no member of their own go as
 * `annotation_config`.
 */
export function annotationToWire(config: AnnotationConfig | undefined): Record<string, unknown> {
  if (config?.formatName === undefined) return {};
  const formatName = formatOf(config.formatName);
  const { parameters = {} } = config;
  const { includedLabels, difficultOnly, sampleLabelSeparator, labelSeparator } = parameters;
  const separated = {
    labelType: textFormats[formatName],
    textSampleSeparator: sampleLabelSeparator === undefined ? undefined : unescaped(sampleLabelSeparator),
    textLabelSeparator: labelSeparator === undefined ? undefined : unescaped(labelSeparator),
  };
  const labelFormat = Object.values(separated).some((value) => value !== undefined) ? separated : undefined;
  return {
    ...(formatName === voc ? { annotationFormat: 'VOC' } : { annotationConfig: { ...config, formatName } }),
    ...(includedLabels === undefined ? {} : { includedLabels }),
    ...(difficultOnly === undefined ? {} : { difficultOnly }),
    ...(labelFormat === undefined ? {} : { labelFormat }),
  };
}

/** The name as it is sent: one guide writes `classfication`. */
function formatOf(name: string): string {
  return name.replace('text classfication', 'text classification');
}

function unescaped(text: string): string {
  return text === '\\t' ? '\t' : text;
}
