import { wireNames } from '../service/wire.js';

export const { fromWire, toWire } = wireNames([
  'config',
  'dataStatistics',
  'data_statistics',
  'envs',
  'fileStatistics',
  'file_statistics',
  'hardDetails',
  'hard_details',
  'metadata',
  'metrics',
  'params',
  'property',
]);
