import { wireNames } from '../service/wire.js';

export const { fromWire, toWire } = wireNames([
  'config',
  'dataStatistics',
  'data_statistics',
  'fileStatistics',
  'file_statistics',
  'hardDetails',
  'hard_details',
  'metadata',
  'metrics',
  'property',
]);
