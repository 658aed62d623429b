import { createEsdkWire } from '../../../../../src/dataset-io/storage/obs/esdk/index.js';
import { wireConformance } from '../wire-conformance.js';

wireConformance('esdk', createEsdkWire, { signatures: ['obs', 'v2'], pathStyle: ['obs', 'v2'] });
