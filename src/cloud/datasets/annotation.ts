import type { JsonObject } from '../../model/index.js';
import { refuse } from '../service/checks.js';
import type { OnNotice } from '../service/session.js';
import type { KnownFacts } from './context.js';
import { datasetTypes, scenes } from './enums.js';
import type { AnnotationConfig, AnnotationParameters } from './types.js';
import { toWire } from './wire.js';

/** Spellings that are met and the one that is sent. */
function sentName(formatName: string): string {
  return formatName.replace('classfication', 'classification');
}

/**
 * Checks how annotations are said to lie beside the data (D024–D027).
 *
 * @returns the same, as it is sent: names of formats in one spelling, separators as the character they mean
 * @throws OptionError
 */
export function checkedAnnotationConfig(
  config: AnnotationConfig,
  known: KnownFacts,
  onNotice: OnNotice,
): AnnotationConfig {
  const { scene, formatName, parameters } = config;
  const facts = scene === undefined ? undefined : scenes.get(scene);
  if (facts === undefined) {
    refuse(
      'D024',
      `scene of annotationConfig is ${scene === undefined ? 'not given' : JSON.stringify(scene)}`,
      `Known are ${[...scenes.keys()].join(', ')}.`,
    );
  }
  if (typeof formatName !== 'string' || formatName === '') {
    refuse(
      'D024',
      'formatName of annotationConfig is not given',
      `With ${scene} go ${facts.formats.join(', ')}.`,
    );
  }
  const sent = sentName(formatName);
  if (!facts.formats.includes(sent)) {
    refuse(
      'D025',
      `formatName ${JSON.stringify(formatName)} does not go with scene ${scene}`,
      `With it go ${facts.formats.join(', ')}.`,
    );
  }
  const { datasetType, dataType } = known;
  // Made by the kind of its data, it takes labels of every type of that kind.
  const fits =
    (datasetType === undefined && dataType === undefined) ||
    facts.datasetTypes.some((type) => type === datasetType || datasetTypes.get(type)?.dataType === dataType);
  if (!fits) {
    const kind = datasetType === undefined ? dataType : (datasetTypes.get(datasetType)?.name ?? datasetType);
    onNotice({ rule: 'D026', message: `scene ${scene} is unusual for a data set of ${kind}` });
  }
  return {
    ...config,
    formatName: sent,
    ...(parameters === undefined ? {} : { parameters: checkedParameters(parameters, onNotice) }),
  };
}

function checkedParameters(parameters: AnnotationParameters, onNotice: OnNotice): AnnotationParameters {
  const { sampleLabelSeparator, labelSeparator } = parameters;
  return {
    ...parameters,
    ...(sampleLabelSeparator === undefined
      ? {}
      : { sampleLabelSeparator: separator('sampleLabelSeparator', sampleLabelSeparator, onNotice) }),
    ...(labelSeparator === undefined
      ? {}
      : { labelSeparator: separator('labelSeparator', labelSeparator, onNotice) }),
  };
}

const escapes: Readonly<Record<string, string>> = { '\\t': '\t', '\\\\': '\\' };

function separator(name: string, value: string, onNotice: OnNotice): string {
  const meant = escapes[value] ?? value;
  if ([...meant].length !== 1)
    refuse('D027', `${name} is ${JSON.stringify(value)}`, 'Say one character; \\t is a tabulator.');
  if (!/^[\p{L}\p{Nd}!@#$￥%^&*_=|?/':.;,\t]$/u.test(meant))
    onNotice({ rule: 'D027', message: `${name} ${JSON.stringify(value)} may not be taken by the service` });
  return meant;
}

/**
 * How texts and their labels are told apart, as the service takes it; undefined where nothing is said of it.
 *
 * @param config  checked
 */
export function labelFormatOnWire({ formatName, parameters = {} }: AnnotationConfig): JsonObject | undefined {
  const labelType =
    formatName === 'ModelArts text classification 1.0'
      ? '0'
      : formatName === 'ModelArts text classification combine 1.0'
        ? '1'
        : undefined;
  const format = toWire({
    labelType,
    textSampleSeparator: parameters.sampleLabelSeparator,
    textLabelSeparator: parameters.labelSeparator,
  });
  return Object.keys(format).length === 0 ? undefined : format;
}
